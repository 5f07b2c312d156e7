import type { HostedBackup } from '../model';
import type { PolicyBackup } from './policyBackup';

/** Platforms keep no more of ours than a name: `auto-<interval>-<UTC yymmddhhmmss>`. */
const SCHEDULED = /(?:^|-)auto-([1-9]\d{0,3}[smhdwMy])-((?:\d\d){6})(?=$|[-.])/;

/** The label of a backup that a schedule has a platform make: fits every system's rule of labels. */
export function scheduledLabel(schedule: string, now: Date): string {
  const time = now.toISOString().slice(2, 19).replace(/[-T:]/g, '');
  return `auto-${schedule}-${time}`;
}

/** Which schedule of ours had it made, and when by the clock of the agent; undefined where none did. */
export function scheduledBy({ name }: HostedBackup): { schedule: string; at: number } | undefined {
  const [, schedule, time] = SCHEDULED.exec(name) ?? [];
  if (schedule === undefined || time === undefined) return undefined;
  const [year, month, day, hour, minute, second] = time.match(/\d\d/g) ?? [];
  const at = Date.parse(`20${year}-${month}-${day}T${hour}:${minute}:${second}.999Z`);
  return Number.isNaN(at) ? undefined : { schedule, at };
}

/**
 * A backup on a platform's own side as a policy sees it; undefined where the platform does not say when it was made.
 * The end of the named second counts, so that none looks older than the moment it was planned for.
 */
export function hostedPolicyBackup(backup: HostedBackup): PolicyBackup | undefined {
  const { id, automated, state, bytes = 0, group, mode } = backup;
  const ours = scheduledBy(backup);
  const created = ours?.at ?? Date.parse(backup.created ?? backup.finished ?? '');
  if (Number.isNaN(created)) return undefined;
  return {
    id,
    created,
    scheduled: ours !== undefined || automated === true,
    pinned: false,
    // What the platform says of it is all there is to go by.
    check: state === 'ready' ? 'ok' : state === 'failed' ? 'damaged' : 'none',
    ...(state === 'failed' ? { failed: true } : {}),
    missing: false,
    bytes,
    alike: JSON.stringify([group, mode, bytes > 0]),
  };
}
