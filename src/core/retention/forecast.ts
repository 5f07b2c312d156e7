import { courseOf } from './course';
import type { Entry } from './course';
import { soundSchedules } from './holds';
import { addInterval, compareIntervals } from './interval';
import type { RetentionPolicy } from './policy';

/** A backup that is there already. */
export interface ExistingBackup {
  id: string;
  /** ISO 8601. */
  created: string;
  /** Made by a schedule, not by hand. */
  automated: boolean;
  /** When the platform says that it goes, ISO 8601. */
  expires?: string;
}

/** A backup that is there or will be, and how long. */
export interface ForecastBackup {
  /** Of an existing one; else made of the moment at which it will be made. */
  id: string;
  made: Date;
  /** When it goes; undefined: not before the end of the forecast. Never before the forecast begins. */
  until: Date | undefined;
  automated: boolean;
  existing: boolean;
  /** Intervals of the schedules that keep it, in the policy's order; `manual` for one made by hand. */
  heldBy: string[];
  /** All that hold it, also only until the next one is made, with the end of each: `heldAt` asks for a date. */
  holds: { by: string; until: Date | undefined }[];
  /** Why it goes; left out where it stays. */
  why?: string;
}

/**
 * Which backups there will be under a policy, and how long each: a pure function of policy, backups and time.
 *
 * As Upsun words it: schedules of interval and count, `manualCount`, and `maxBackups` of both together. What follows
 * is our reading, as no description says it: an automated backup is made once in each finest interval, counted from the
 * newest automated one there is, or from `from` where there is none; coarser schedules make none of their own, they
 * hold one of those (`holdsOf` says which); above `maxBackups` the oldest goes first, whether made by hand or not; one
 * with an end of its own (`expires`) is not kept beyond that. Nobody is assumed to make any by hand.
 *
 * @param existing in any order; those that go at once have `from` as their `until`
 * @param until the end of the forecast
 * @returns oldest first
 */
export function forecast(
  policy: RetentionPolicy,
  existing: readonly ExistingBackup[],
  from: Date,
  until: Date,
): ForecastBackup[] {
  const backups = [...existing.map(asEntry), ...coming(policy, existing, from, until)].sort(
    (a, b) => a.made - b.made,
  );
  return courseOf(policy, backups, { from: from.getTime(), until: until.getTime() });
}

/** Those of a forecast that are there at a moment. */
export function present(backups: readonly ForecastBackup[], at: Date): ForecastBackup[] {
  return backups.filter(({ made, until }) => made <= at && (until === undefined || at < until));
}

/** What holds a backup at a moment: the newest one is held by every schedule until the next one is made. */
export function heldAt({ holds }: ForecastBackup, at: Date): string[] {
  return holds.filter(({ until }) => until === undefined || at < until).map(({ by }) => by);
}

function asEntry({ id, created, automated, expires }: ExistingBackup): Entry {
  const entry: Entry = { id, made: Date.parse(created), automated, existing: true };
  return expires === undefined ? entry : { ...entry, expires: Date.parse(expires) };
}

/** The automated backups that will be made. */
function coming(
  policy: RetentionPolicy,
  existing: readonly ExistingBackup[],
  from: Date,
  until: Date,
): Entry[] {
  const [finest] = soundSchedules(policy).sort((a, b) => compareIntervals(a.rhythm, b.rhythm));
  if (finest === undefined) return [];
  const newest = existing
    .filter(({ automated }) => automated)
    .reduce((time, { created }) => Math.max(time, Date.parse(created)), -Infinity);
  const isFirst = newest === -Infinity;
  const anchor = isFirst ? from : new Date(newest);
  const made: Entry[] = [];
  for (let times = isFirst ? 0 : 1; ; times += 1) {
    const date = addInterval(anchor, finest.rhythm, times);
    if (!(date <= until)) return made;
    if (date < from) continue;
    const id = `${finest.interval}@${date.getTime()}`;
    made.push({ id, made: date.getTime(), automated: true, existing: false });
  }
}
