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
  let end = -Infinity;
  times.forEach((time, at) => {
    if (time >= end || at === 0) {
      if (at > 0) isNewest[at - 1] = 1;
      end = nextBucket(time, rhythm, zone);
      count += 1;
    }
    intervals[at] = count - 1;
  });
  if (times.length > 0) isNewest[times.length - 1] = 1;
  return { intervals, isNewest, count };
}
