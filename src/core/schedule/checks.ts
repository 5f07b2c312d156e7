import type { PolicyConfig } from '../config/policy';
import type { PolicyBackup } from '../policy/policyBackup';

export type CheckRhythm = NonNullable<PolicyConfig['verify']>;

/** Whether a backup's last check is longer ago than the policy allows. Missing files can't be checked. */
export function isCheckOverdue(_rhythm: CheckRhythm, _backup: PolicyBackup, _now: Date): boolean {
  throw new Error('Not there yet.');
}

/**
 * The backup to be checked next: the one whose check is the oldest, never checked ones first; undefined where none is
 * due. One is due from three quarters of `every` on, so that none gets overdue while the agent is at it.
 */
export function nextCheck(
  _rhythm: CheckRhythm,
  _backups: readonly PolicyBackup[],
  _now: Date,
): PolicyBackup | undefined {
  throw new Error('Not there yet.');
}
