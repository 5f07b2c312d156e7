import {
  addInterval,
  compareIntervals,
  nextBucket,
  parseInterval,
  startOfBucket,
} from '../retention/interval';
import { wallOf } from '../retention/zone';
import { partOf } from './jitter';
import type { Rhythm } from './planned';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

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
  const isOfDays = /[dwMy]/.test(interval.unit);
  const timeOfDay = isOfDays ? parseTimeOfDay(rhythm.at) : 0;
  const zone = isOfDays ? rhythm.timeZone : undefined;
  const jitter = parseInterval(rhythm.jitter ?? '', 'vault');

  /** The one of the calendar's interval in which a time lies. */
  const within = (time: number): number => {
    const start = startOfBucket(time, interval, zone, timeOfDay);
    const moment = isOfDays ? afterLeap(start, timeOfDay, zone) : start;
    if (jitter === undefined) return moment;
    // A run never leaves its interval: else one would have two backups and the next one none.
    const end = nextBucket(time, interval, zone) - SECOND;
    const most = Math.min(addInterval(new Date(moment), jitter).getTime(), end) - moment;
    return moment + Math.floor(partOf(key, moment) * (Math.max(0, most) / SECOND + 1)) * SECOND;
  };
  return {
    schedule: finest.written,
    upTo(time) {
      const moment = within(time);
      return moment <= time ? moment : within(startOfBucket(time, interval, zone) - 1);
    },
    after(time) {
      const moment = within(time);
      return moment > time ? moment : within(nextBucket(time, interval, zone));
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

/** Where the clock leaps over a time of day: as much later as it leaps, and not all of a gap's times at its end. */
function afterLeap(moment: number, timeOfDay: number, zone: string | undefined): number {
  const shown = wallOf(moment, zone);
  const over = (shown % DAY) - timeOfDay;
  if (over <= 0) return moment;
  const leap = shown - wallOf(moment - 1, zone) - 1;
  return moment + leap - over;
}

function parseTimeOfDay(at = '00:00'): number {
  const [hours = 0, minutes = 0] = at.split(':').map(Number);
  return hours * HOUR + minutes * MINUTE;
}
