import { addInterval, bucketOf, compareIntervals, parseInterval } from '../retention/interval';
import type { Interval } from '../retention/interval';
import { partOf } from './jitter';
import type { Rhythm } from './planned';
import { timeOfWall, wallTime } from './wallClock';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** 1 January 1970 was a Thursday; weeks begin on Monday. */
const DAYS_BEFORE_THURSDAY = 3;

/** The moments at which the finest schedule of a rhythm runs. Times are in milliseconds since 1970. */
export interface Moments {
  /** The interval as written. */
  schedule: string;
  /** The last one that is not after a time. */
  upTo(time: number): number;
  /** The first one after a time. */
  after(time: number): number;
}

/** @param key as in `dueOf` */
export function momentsOf(rhythm: Rhythm, key: string): Moments | undefined {
  const finest = finestOf(rhythm);
  if (finest === undefined) return undefined;
  const { interval } = finest;
  const zone = /[smh]/.test(interval.unit) ? 'UTC' : (rhythm.timeZone ?? 'UTC');
  const offset = /[smh]/.test(interval.unit) ? 0 : timeOfDay(rhythm.at);
  const jitter = parseInterval(rhythm.jitter ?? '', 'vault');

  const momentOf = (index: number): number => {
    const moment = timeOfWall(startOf(index, interval) + offset, zone);
    if (jitter === undefined) return moment;
    // A run never leaves its interval: else one would have two backups and the next one none.
    const end = timeOfWall(startOf(index + 1, interval), zone) - SECOND;
    const most = Math.min(addInterval(new Date(moment), jitter).getTime(), end) - moment;
    return moment + Math.floor(partOf(key, moment) * (most / SECOND + 1)) * SECOND;
  };
  const indexOf = (time: number) => bucketOf(wallTime(time, zone), interval);
  return {
    schedule: finest.written,
    upTo(time) {
      const index = indexOf(time);
      const moment = momentOf(index);
      return moment <= time ? moment : momentOf(index - 1);
    },
    after(time) {
      const index = indexOf(time);
      const moment = momentOf(index);
      return moment > time ? moment : momentOf(index + 1);
    },
  };
}

function finestOf({ schedules = [] }: Rhythm) {
  return schedules
    .flatMap(({ interval: written }) => {
      const interval = parseInterval(written, 'vault');
      return interval === undefined ? [] : [{ written, interval }];
    })
    .sort((a, b) => compareIntervals(a.interval, b.interval))[0];
}

/** When an interval of the calendar begins, as a clock on the wall shows it; the way back from `bucketOf`. */
function startOf(index: number, { number, unit }: Interval): number {
  const units = index * number;
  switch (unit) {
    case 's':
      return units * SECOND;
    case 'm':
      return units * MINUTE;
    case 'h':
      return units * HOUR;
    case 'd':
      return units * DAY;
    case 'w':
      return (units * 7 - DAYS_BEFORE_THURSDAY) * DAY;
    case 'M':
      return Date.UTC(Math.floor(units / 12), units % 12);
    case 'y':
      return Date.UTC(units, 0);
  }
}

function timeOfDay(at = '00:00'): number {
  const [hours = 0, minutes = 0] = at.split(':').map(Number);
  return hours * HOUR + minutes * MINUTE;
}
