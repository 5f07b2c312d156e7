import { momentOf, wallOf } from './zone';

/** `s` seconds, `m` minutes, `h` hours, `d` days, `w` weeks, `M` months, `y` years. */
export type IntervalUnit = 's' | 'm' | 'h' | 'd' | 'w' | 'M' | 'y';

export interface Interval {
  /** A whole number of units, 1 or more. */
  number: number;
  unit: IntervalUnit;
}

/** Whose backups an interval is for: platforms know no seconds and no minutes. */
export type Whose = 'platform' | 'vault';

const FORM = /^([1-9]\d{0,3})([smhdwMy])$/;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** What a unit is called. */
export const UNIT_NAMES = {
  s: 'second',
  m: 'minute',
  h: 'hour',
  d: 'day',
  w: 'week',
  M: 'month',
  y: 'year',
} as const;
/** Units of one length, in milliseconds: of UTC, where a day has 24 hours. */
const FIXED: Partial<Record<IntervalUnit, number>> = {
  s: 1000,
  m: 60_000,
  h: HOUR,
  d: DAY,
  w: 7 * DAY,
};
/** In the mean of 400 years of the calendar, for comparing only. */
const MEAN_MONTH = (146_097 * DAY) / 4800;
/** 1 January 1970 was a Thursday; weeks begin on Monday. */
const DAYS_BEFORE_THURSDAY = 3;

/** An interval as it is written, `2h` or `1M`; undefined where it is none. */
export function parseInterval(text: string, whose: Whose = 'platform'): Interval | undefined {
  const [, number, unit] = FORM.exec(text) ?? [];
  if (number === undefined || unit === undefined) return undefined;
  if (whose === 'platform' && /[sm]/.test(unit)) return undefined;
  return { number: Number(number), unit: unit as IntervalUnit };
}

/** What is wrong with an interval, said as one types it; undefined where it is right. */
export function intervalProblem(text: string, whose: Whose = 'platform'): string | undefined {
  if (parseInterval(text, whose) !== undefined) return undefined;
  if (text.trim() === '') return 'An interval is a number and a unit: 2h, 1d, 1w, 1M or 1y.';
  if (text !== text.trim()) return 'No spaces: 2h, 1d, 1w, 1M or 1y.';
  const [, digits = '', unit = ''] = /^(\d*)(.*)$/s.exec(text) ?? [];
  if (digits === '') return 'A number comes first: 2h, 1d, 1w, 1M or 1y.';
  if (/^0+$/.test(digits)) return 'The number is 1 or more.';
  if (digits.startsWith('0')) return 'The number does not begin with 0.';
  if (digits.length > 4) return 'The number is 9999 at most.';
  if (unit === '') return 'A unit follows the number: h, d, w, M or y.';
  if (unit === 'm' && whose === 'platform') return 'Months are a capital M; minutes are no unit.';
  if (/^[HDWY]$/.test(unit)) return `The unit is a small ${unit.toLowerCase()}.`;
  return 'The unit is h (hours), d (days), w (weeks), M (months) or y (years).';
}

/** `every day`, `every 2 weeks`. */
export function intervalWords({ number, unit }: Interval): string {
  return number === 1 ? `every ${UNIT_NAMES[unit]}` : `every ${number} ${UNIT_NAMES[unit]}s`;
}

/** A vault's interval as it is written, in those words; what is none stands as it is. */
export function rhythmText(interval: string): string {
  const parsed = parseInterval(interval, 'vault');
  return parsed === undefined ? interval : intervalWords(parsed);
}

/**
 * That many intervals later, or earlier where `times` is negative. True to the calendar, in UTC: months and years keep
 * their day, or take the last of a month that is too short, counted from `date` each time, so that the 31st comes back.
 */
export function addInterval(date: Date, { number, unit }: Interval, times = 1): Date {
  const length = FIXED[unit];
  if (length !== undefined) return new Date(date.getTime() + length * number * times);
  const months = (unit === 'y' ? 12 : 1) * number * times;
  const moved = new Date(date);
  moved.setUTCDate(1);
  moved.setUTCMonth(moved.getUTCMonth() + months);
  moved.setUTCDate(Math.min(date.getUTCDate(), daysOfMonth(moved)));
  return moved;
}

/**
 * Which interval of the calendar a moment lies in, counted on without a gap: days, weeks from Monday, months and years
 * of a time zone; hours, minutes and seconds of UTC, which no clock change makes longer or shorter. Several units in one
 * are counted from the same beginning, so that it hangs on no backup which they are. Never less for a later moment.
 *
 * @param time milliseconds since 1970
 * @param zone as Intl knows it, `Europe/Berlin`. Default: UTC
 * @throws RangeError where there is no such zone
 */
export function bucketOf(time: number, { number, unit }: Interval, zone?: string): number {
  return Math.floor(unitsBefore(isOfZone(unit) ? wallOf(time, zone) : time, unit) / number);
}

/**
 * When the interval of the calendar began in which a moment lies.
 *
 * @param after so much later by the zone's wall clock, in milliseconds: a time of day for intervals of days and more; it
 * may be later than `time` then. A time that the clock leaves out is the moment at which it leaps
 * @returns milliseconds since 1970
 */
export function startOfBucket(time: number, rhythm: Interval, zone?: string, after = 0): number {
  return startOf(bucketOf(time, rhythm, zone), rhythm, zone, after);
}

/** When the next interval of the calendar begins, as `startOfBucket`: days that a zone skips are left out. */
export function nextBucket(time: number, rhythm: Interval, zone?: string, after = 0): number {
  const next = startOf(bucketOf(time, rhythm, zone) + 1, rhythm, zone, 0);
  return after === 0 ? next : startOfBucket(next, rhythm, zone, after);
}

/** For finding the finest of several: negative where `a` is shorter. Months and years count with their mean length. */
export function compareIntervals(a: Interval, b: Interval): number {
  return meanLength(a) - meanLength(b);
}

/** Whether the wall clock of a zone says when the unit begins. */
function isOfZone(unit: IntervalUnit): boolean {
  return unit === 'd' || unit === 'w' || unit === 'M' || unit === 'y';
}

/** When a counted interval begins. */
function startOf(
  bucket: number,
  { number, unit }: Interval,
  zone: string | undefined,
  after: number,
): number {
  const units = bucket * number;
  if (!isOfZone(unit)) return units * (FIXED[unit] ?? NaN) + after;
  return momentOf(wallOfUnit(units, unit) + after, zone);
}

/** What the wall shows as the unit begins that is counted so by `unitsBefore`. */
function wallOfUnit(units: number, unit: IntervalUnit): number {
  if (unit === 'd') return units * DAY;
  if (unit === 'w') return (units * 7 - DAYS_BEFORE_THURSDAY) * DAY;
  const first = new Date(0);
  if (unit === 'y') first.setUTCFullYear(units, 0, 1);
  else first.setUTCFullYear(Math.floor(units / 12), units - Math.floor(units / 12) * 12, 1);
  return first.getTime();
}

function unitsBefore(time: number, unit: IntervalUnit): number {
  if (unit === 'h') return Math.floor(time / HOUR);
  if (unit === 's' || unit === 'm') return Math.floor(time / (unit === 's' ? 1000 : 60_000));
  const days = Math.floor(time / DAY);
  if (unit === 'd') return days;
  if (unit === 'w') return Math.floor((days + DAYS_BEFORE_THURSDAY) / 7);
  const date = new Date(time);
  const year = date.getUTCFullYear();
  return unit === 'y' ? year : year * 12 + date.getUTCMonth();
}

function meanLength({ number, unit }: Interval): number {
  return number * (FIXED[unit] ?? (unit === 'y' ? 12 : 1) * MEAN_MONTH);
}

function daysOfMonth(date: Date): number {
  const last = new Date(date);
  last.setUTCMonth(last.getUTCMonth() + 1, 0);
  return last.getUTCDate();
}
