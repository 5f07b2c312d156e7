import { nextBucket } from './interval';
import type { Interval } from './interval';

/** Where backups stand in the intervals of the calendar that have one, in their order. */
export interface Places {
  /** Which of the intervals with a backup each lies in, counted from 0, the oldest. */
  intervals: Uint32Array;
  /** 1 for the newest of its interval. */
  isNewest: Uint8Array;
  /** Of intervals with a backup. */
  count: number;
}

/** @param times oldest first, milliseconds since 1970 @param zone as in `bucketOf` */
export function placesOf(times: readonly number[], rhythm: Interval, zone?: string): Places {
  const intervals = new Uint32Array(times.length);
  const isNewest = new Uint8Array(times.length);
  let count = 0;
  // The calendar is asked once for each interval, not for each backup.
  for (let from = 0; from < times.length; count += 1) {
    const end = firstFrom(times, from, nextBucket(times[from] as number, rhythm, zone));
    intervals.fill(count, from, end);
    isNewest[end - 1] = 1;
    from = end;
  }
  return { intervals, isNewest, count };
}

/** The index after `from` of the first that is not before a moment: looked for in ever longer steps, then in between. */
function firstFrom(times: readonly number[], from: number, moment: number): number {
  const isBefore = (at: number) => at < times.length && (times[at] as number) < moment;
  let before = from;
  let step = 1;
  for (; isBefore(before + step); step *= 2) before += step;
  let after = before + step;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (isBefore(middle)) before = middle;
    else after = middle;
  }
  return after;
}
