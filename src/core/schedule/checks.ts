import type { PolicyConfig } from '../config/policy';
import type { PolicyBackup } from '../policy/policyBackup';
import { addInterval, parseInterval } from '../retention/interval';
import type { Interval } from '../retention/interval';

const DUE_FROM = 3 / 4;

export type CheckRhythm = NonNullable<PolicyConfig['verify']>;

/** Whether a backup's last check is longer ago than the policy allows. Missing files can't be checked. */
export function isCheckOverdue(rhythm: CheckRhythm, backup: PolicyBackup, now: Date): boolean {
  const every = parseInterval(rhythm.every, 'vault');
  if (every === undefined || backup.missing) return false;
  const last = lastCheck(backup, now) ?? Math.min(backup.created, now.getTime());
  return addInterval(new Date(last), every) < now;
}

/**
 * The backup to be checked next: the one whose check is the oldest, never checked ones first; undefined where none is
 * due. One is due from three quarters of `every` on, so that none gets overdue while the agent is at it.
 */
export function nextCheck(
  rhythm: CheckRhythm,
  backups: readonly PolicyBackup[],
  now: Date,
): PolicyBackup | undefined {
  const every = parseInterval(rhythm.every, 'vault');
  if (every === undefined) return undefined;
  const oldest = oldestChecked(backups, now);
  if (oldest === undefined) return undefined;
  return dueAt(lastCheck(oldest, now) ?? -Infinity, every) <= now.getTime() ? oldest : undefined;
}

/** When the first check is due: now, where one is. Milliseconds since 1970; Infinity where none will be. */
export function nextCheckAt(
  rhythm: CheckRhythm,
  backups: readonly PolicyBackup[],
  now: Date,
): number {
  const every = parseInterval(rhythm.every, 'vault');
  if (every === undefined) return Infinity;
  const oldest = oldestChecked(backups, now);
  if (oldest === undefined) return Infinity;
  return Math.max(dueAt(lastCheck(oldest, now) ?? -Infinity, every), now.getTime());
}

function oldestChecked(backups: readonly PolicyBackup[], now: Date): PolicyBackup | undefined {
  let oldest: PolicyBackup | undefined;
  let oldestCheck = Infinity;
  for (const backup of backups) {
    if (backup.missing) continue;
    const check = lastCheck(backup, now) ?? -Infinity;
    const isOlder =
      check < oldestCheck || (check === oldestCheck && backup.created < (oldest?.created ?? 0));
    if (!isOlder) continue;
    oldest = backup;
    oldestCheck = check;
  }
  return oldest;
}

function dueAt(last: number, every: Interval): number {
  if (last === -Infinity) return last;
  return last + (addInterval(new Date(last), every).getTime() - last) * DUE_FROM;
}

/** A check dated after now was made under a clock that was wrong: nobody knows when, so it counts as none. */
function lastCheck({ checked }: PolicyBackup, now: Date): number | undefined {
  return checked === undefined || checked > now.getTime() ? undefined : checked;
}
