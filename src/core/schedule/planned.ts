import type { PolicyConfig } from '../config/policy';
import type { PolicyBackup } from '../policy/policyBackup';
import { momentsOf } from './moments';
import type { Moments } from './moments';

/** A backup is there only when it is finished: for so long, or a quarter of the interval, none is missed. */
const MOST_GRACE = 3_600_000;

/** What of a policy says when backups are made. */
export type Rhythm = Pick<PolicyConfig, 'schedules' | 'timeZone' | 'at' | 'jitter'>;

/** When the finest schedule of a cluster runs. */
export interface Due {
  /** The schedule's interval as written: kept in the manifest as `origin.schedule`. */
  schedule: string;
  /** The last planned moment that has passed. */
  since: Date;
  /** No scheduled backup was begun between `since` and now: one is to be made now. */
  due: boolean;
  /** The next planned moment after now. */
  next: Date;
  /**
   * The newest scheduled backup is older than its interval allows: the first planned moment that got none, told a
   * quarter of the interval later, an hour at most.
   */
  missedSince?: Date;
  /** When that is told, or was, if no further one is made. */
  missedFrom?: Date;
}

/**
 * When a cluster's next scheduled backup is to be made; undefined where no schedule makes any.
 *
 * Moments follow the calendar of the policy's time zone, so that they do not wander: the beginning of each interval, for
 * days and more at the time `at`, and later by a part of `jitter` that is the same for every agent and after every
 * restart. A time that the zone's clock leaps over counts as much later as it leaps, one that it shows twice the first
 * time. What was missed while a machine slept is made up for once.
 *
 * @param key tells clusters apart, for the jitter: vault and name
 */
export function dueOf(
  rhythm: Rhythm,
  key: string,
  backups: readonly PolicyBackup[],
  now: Date,
): Due | undefined {
  const moments = momentsOf(rhythm, key);
  if (moments === undefined) return undefined;
  const time = now.getTime();
  const since = moments.upTo(time);
  const newest = newestScheduled(backups, time);
  return {
    schedule: moments.schedule,
    since: new Date(since),
    due: newest === undefined || newest < since,
    next: new Date(moments.after(time)),
    ...(newest === undefined ? {} : missedAfter(moments, newest, time)),
  };
}

/** What is dated after now was made under a clock that was wrong: it stops nothing. */
function newestScheduled(backups: readonly PolicyBackup[], now: number): number | undefined {
  let newest: number | undefined;
  for (const { scheduled, failed, created } of backups) {
    if (scheduled && !failed && created <= now && (newest === undefined || created > newest))
      newest = created;
  }
  return newest;
}

function missedAfter(
  moments: Moments,
  newest: number,
  now: number,
): Pick<Due, 'missedSince' | 'missedFrom'> {
  const planned = moments.after(newest);
  const from = planned + Math.min((moments.after(planned) - planned) / 4, MOST_GRACE);
  const missedFrom = new Date(from);
  return now < from ? { missedFrom } : { missedFrom, missedSince: new Date(planned) };
}
