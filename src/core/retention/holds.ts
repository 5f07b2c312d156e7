import { parseInterval } from './interval';
import type { Interval, Whose } from './interval';
import { placesOf } from './places';
import type { RetentionPolicy, RetentionSchedule } from './policy';

/** A reason why a backup is kept. Times are in milliseconds since 1970. */
export interface Hold {
  /** The schedule's interval; `manual` for one that was made by hand. */
  by: string;
  /** When it lets go: as the backup is made that takes its place. Left out where none does. */
  until?: number;
  /** Why it lets go then. */
  why?: string;
  /** It is the newest of its interval only until the next one is made in the same. */
  passing?: boolean;
}

/** What is to be known of a backup to say how long it is kept. */
export interface KeptBackup {
  /** Milliseconds since 1970. */
  made: number;
  automated: boolean;
  /** Held for ever. It stands for its interval as any other, and counts for no limit. */
  pinned?: boolean;
}

/** Whose calendar a policy goes by. */
export interface PolicyCalendar {
  /** Platforms know no seconds and no minutes, and go by UTC. Default: platform. */
  whose?: Whose | undefined;
  /** Default: UTC. */
  zone?: string | undefined;
}

/** A schedule that can be kept to. */
export interface SoundSchedule extends RetentionSchedule {
  rhythm: Interval;
}

/** Those of a policy's schedules that can be kept to; one with another interval or count makes and holds nothing. */
export function soundSchedules(
  { schedules }: Pick<RetentionPolicy, 'schedules'>,
  { whose }: PolicyCalendar = {},
): SoundSchedule[] {
  return schedules.flatMap((schedule) => {
    const rhythm = parseInterval(schedule.interval, whose);
    const isSound = rhythm !== undefined && Number.isInteger(schedule.count) && schedule.count > 0;
    return isSound ? [{ ...schedule, rhythm }] : [];
  });
}

/**
 * What holds each backup, in their order, `maxBackups` left aside.
 *
 * A schedule looks at the automated backups of each of its intervals of the calendar and holds the newest of each (so
 * that one made late, or twice, does no harm), for as long as fewer than `count` later intervals have one. An interval
 * without a backup does not count. Of those made by hand the newest `manualCount` are held, all where it is left out.
 * Where a vault's policy has no schedule, nobody said how many automated ones stay: all do.
 *
 * @param backups oldest first, all that were made, also those that are gone by the end
 */
export function holdsOf(
  policy: RetentionPolicy,
  backups: readonly KeptBackup[],
  calendar: PolicyCalendar = {},
): Hold[][] {
  const holds: Hold[][] = backups.map(() => []);
  const automated = indexesOf(backups, true);
  const times = automated.map((index) => backups[index]?.made ?? NaN);
  for (const schedule of soundSchedules(policy, calendar)) {
    holdsOfSchedule(schedule, times, calendar.zone).forEach((hold, at) =>
      holds[automated[at] ?? 0]?.push(hold),
    );
  }
  if (calendar.whose === 'vault' && policy.schedules.length === 0) {
    for (const index of automated) holds[index]?.push({ by: 'scheduled' });
  }
  backups.forEach(({ pinned }, index) => pinned === true && holds[index]?.push({ by: 'pin' }));
  const byHand = indexesOf(backups, false).filter((index) => backups[index]?.pinned !== true);
  const { manualCount: kept = Infinity } = policy;
  byHand.forEach((index, at) => {
    const until = backups[byHand[at + kept] ?? -1]?.made;
    const why = kept === 0 ? 'none made by hand is kept' : `${kept} newer made by hand`;
    holds[index]?.push(until === undefined ? { by: 'manual' } : { by: 'manual', until, why });
  });
  return holds;
}

/** @param times of automated backups, oldest first; each is held for a while at least */
function holdsOfSchedule(
  { interval, count, rhythm }: SoundSchedule,
  times: readonly number[],
  zone: string | undefined,
): Hold[] {
  const { intervals, isNewest } = placesOf(times, rhythm, zone);
  // An interval counts from its first backup on, before the one is made that it will keep.
  const openings = times.filter((_, at) => at === 0 || intervals[at] !== intervals[at - 1]);
  return times.map((_, at) => {
    if (isNewest[at] === 0) {
      const why = `a newer one in the same interval of ${interval}`;
      return { by: interval, until: times[at + 1] as number, why, passing: true };
    }
    const until = openings[(intervals[at] ?? 0) + count];
    if (until === undefined) return { by: interval };
    return { by: interval, until, why: `${count} newer of ${interval}` };
  });
}

function indexesOf(backups: readonly KeptBackup[], automated: boolean): number[] {
  return backups.flatMap((backup, index) => (backup.automated === automated ? [index] : []));
}
