import type { HostedBackup } from '../../core/model';
import { atText } from './times';
import type { Environment, UpsunActivity, UpsunBackup } from './wire';

/** A backup is kept but can't be used any more. */
const DELETING = ['DELETING', 'DELETED'];
const SHOWN = new Set([
  ...['id', 'created_at', 'status', 'environment', 'automated', 'restorable', '_links'],
  ...['safe', 'index', 'commit_id', 'expires_at', 'size_of_volumes', 'size_used'],
  ...['deployment', 'updated_at', 'attributes'],
]);

/** Whether a backup can be restored now; else why not. */
export function restorable({ status, restorable: can }: UpsunBackup): true | string {
  if (status !== undefined && DELETING.includes(status)) return 'It is being deleted.';
  if (can === false) return 'The platform says that it can not be restored.';
  if (status !== 'CREATED') return `Its state is not known here: ${status ?? 'none'}.`;
  return true;
}

/** A backup that is there for good: neither going nor of no use. */
export function isKept({ status }: UpsunBackup): boolean {
  return status === undefined || !DELETING.includes(status);
}

/**
 * A backup as the platform tells it, in the words of all systems; all of its metadata is in it.
 *
 * @param environment the one it was listed in
 * @param running a restore of it that is under way
 */
export function backupRow(
  backup: UpsunBackup,
  environment: string | Pick<Environment, 'id' | 'type' | 'title'>,
  running?: UpsunActivity,
): HostedBackup {
  const of = typeof environment === 'string' ? { id: environment } : environment;
  const can = restorable(backup);
  const isRestoring = running !== undefined;
  const mode = modeOf(backup);
  return {
    id: backup.id,
    name: backup.id,
    group: of.id,
    state: isRestoring ? 'restoring' : stateOf(backup),
    stateText: isRestoring ? running.state : (backup.status ?? 'not said'),
    ...(backup.automated === undefined ? {} : { automated: backup.automated }),
    ...(mode === undefined ? {} : { mode }),
    ...(backup.expires_at === undefined ? {} : { expires: backup.expires_at }),
    restore: isRestoring ? 'It is being restored.' : can,
    ...(backup.created_at === undefined ? {} : { created: backup.created_at }),
    facts: facts(backup, of),
  };
}

function stateOf({ status }: UpsunBackup): HostedBackup['state'] {
  if (status === 'CREATED') return 'ready';
  return status !== undefined && DELETING.includes(status) ? 'deleting' : 'unknown';
}

function facts(
  backup: UpsunBackup,
  { id, type, title }: Partial<Pick<Environment, 'type' | 'title'>> & { id: string },
): HostedBackup['facts'] {
  const { size_of_volumes: volumes, size_used: used, index, attributes = {} } = backup;
  // Neither the description nor the documentation states a unit: it is told as it comes.
  const size = (count: number | undefined) =>
    count === undefined ? 'not said' : `${count} (the platform states no unit)`;
  const rows: (readonly [string, string | undefined])[] = [
    ['Title of environment', title?.toLowerCase() === id.toLowerCase() ? undefined : title],
    ['Type of environment', type],
    ['Mode', modeOf(backup)],
    ['Restorable', yesNo(backup.restorable)],
    ['Status', backup.status],
    ['Expires', backup.expires_at === undefined ? 'never by itself' : atText(backup.expires_at)],
    ['Index', index === undefined ? undefined : String(index)],
    ['Commit', backup.commit_id],
    ['Deployment', backup.deployment],
    ['Size of volumes', size(volumes)],
    ['Size used', size(used)],
    ['Changed', backup.updated_at === undefined ? undefined : atText(backup.updated_at)],
    ...Object.entries(attributes).map(
      ([name, value]) => [`Attribute ${name}`, plain(value)] as const,
    ),
    // What a later version of the platform says besides.
    ...Object.entries(backup)
      .filter(([name, value]) => !SHOWN.has(name) && value !== null && value !== undefined)
      .map(([name, value]) => [name, plain(value)] as const),
  ];
  return rows.flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as [string, string]],
  );
}

function modeOf({ safe }: UpsunBackup): string | undefined {
  if (safe === undefined) return undefined;
  return safe ? 'consistent' : 'live';
}

function yesNo(value: boolean | undefined): string | undefined {
  if (value === undefined) return undefined;
  return value ? 'yes' : 'no';
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A backup that is being made, as far as its activity tells of it. */
export function runningRow(activity: UpsunActivity): HostedBackup {
  const { id, state, payload, environments = [], completion_percent: percent } = activity;
  const [group] = environments;
  const began = activity.started_at ?? activity.created_at;
  return {
    id: payload?.backup_name ?? id,
    name: payload?.backup_name ?? 'Backup under way',
    ...(group === undefined ? {} : { group }),
    state: 'inProgress',
    stateText: state,
    restore: 'It is not finished.',
    ...(began === undefined ? {} : { created: began }),
    facts: [
      ['Activity', id],
      ...(activity.text === undefined ? [] : [['What', activity.text] as [string, string]]),
      ...(percent === undefined ? [] : [['Done', `${percent} %`] as [string, string]]),
    ],
  };
}

/** Newest first; those without a time last. */
export function newestFirst(backups: readonly HostedBackup[]): HostedBackup[] {
  const time = ({ created }: HostedBackup) =>
    created === undefined ? 0 : Date.parse(created) || 0;
  return [...backups].sort((a, b) => time(b) - time(a));
}
