import { startOfBucket, UNIT_NAMES } from './interval';
import type { Interval } from './interval';
import { wallOf } from './zone';

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;
const DAY = 86_400_000;

/** Moments and intervals as a person says them who knows today's date. */
export interface DateWords {
  /** `21 November`, `21 November 2025`: the year where it is another. */
  day(time: number): string;
  /** `21 November, 14:05`. */
  moment(time: number): string;
  /** The interval of the calendar in which a moment lies: `21 November`, `the week of 16 November`, `2026`. */
  interval(time: number, rhythm: Interval): string;
}

/** @param zone whose wall clock is meant. Default: UTC */
export function dateWords(now: Date, zone?: string): DateWords {
  const thisYear = new Date(wallOf(now.getTime(), zone)).getUTCFullYear();
  const ofWall = (wall: number) => {
    const date = new Date(wall);
    const year = date.getUTCFullYear();
    const day = `${date.getUTCDate()} ${monthOf(date)}`;
    return year === thisYear ? day : `${day} ${year}`;
  };
  const day = (time: number) => ofWall(wallOf(time, zone));
  const moment = (time: number) => `${day(time)}, ${clock(wallOf(time, zone), false)}`;
  return {
    day,
    moment,
    interval: (time, rhythm) => {
      const start = startOfBucket(time, rhythm, zone);
      const { number, unit } = rhythm;
      const wall = wallOf(start, zone);
      const first = new Date(wall);
      if (unit === 'y') return fromTo(first, number * 12 - 1, (date) => `${date.getUTCFullYear()}`);
      if (unit === 'M') {
        return fromTo(first, number - 1, (date) => `${monthOf(date)} ${date.getUTCFullYear()}`);
      }
      if (unit === 'w') return `the ${span(rhythm)} of ${ofWall(wall)}`;
      if (unit !== 'd') return `${ofWall(wall)}, ${clock(wall, unit === 's')}`;
      // Where a zone left the first of several days out, `start` is a later one.
      return number === 1 ? ofWall(wall) : `the ${span(rhythm)} from ${ofWall(wall)}`;
    },
  };
}

/** `day`, `2 weeks`. */
export function span({ number, unit }: Interval): string {
  return number === 1 ? UNIT_NAMES[unit] : `${number} ${UNIT_NAMES[unit]}s`;
}

function fromTo(first: Date, months: number, words: (date: Date) => string): string {
  const last = new Date(first);
  last.setUTCMonth(last.getUTCMonth() + months, 1);
  const [from, to] = [words(first), words(last)];
  return from === to ? from : `${from} to ${to}`;
}

function monthOf(date: Date): string {
  return MONTHS[date.getUTCMonth()] ?? '';
}

function clock(wall: number, isWithSeconds: boolean): string {
  const seconds = Math.floor((wall - Math.floor(wall / DAY) * DAY) / 1000);
  const two = (number: number) => String(number).padStart(2, '0');
  const time = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}`;
  return isWithSeconds ? `${time}:${two(seconds % 60)}` : time;
}
