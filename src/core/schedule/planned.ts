import type { PolicyConfig } from '../config/policy';
import type { PolicyBackup } from '../policy/policyBackup';

/** What of a policy says when backups are made. */
export type Rhythm = Pick<PolicyConfig, 'schedules' | 'timeZone' | 'at' | 'jitter'>;

/** When the finest schedule of a cluster runs. */
export interface Due {
  /** The schedule's interval as written: kept in the manifest as `origin.schedule`. */
  schedule: string;
  /** The last planned moment that has passed; undefined before the first. */
  since: Date;
  /** No scheduled backup was begun between `since` and now: one is to be made now. */
  due: boolean;
  /** The next planned moment after now. */
  next: Date;
  /** The newest backup of the schedule is older than its interval allows; since when. */
  missedSince?: Date;
}

/**
 * When a cluster's next scheduled backup is to be made; undefined where no schedule makes any.
 *
 * Moments follow the calendar of the policy's time zone, so that they do not wander: the beginning of each interval, for
 * days and more at the time `at`, and later by a part of `jitter` that is the same for every agent and after every
 * restart. What was missed while a machine slept is made up for once.
 *
 * @param key tells clusters apart, for the jitter: vault and name
 */
export function dueOf(
  _rhythm: Rhythm,
  _key: string,
  _backups: readonly PolicyBackup[],
  _now: Date,
): Due | undefined {
  throw new Error('Not there yet.');
}
