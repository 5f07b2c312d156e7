import type { ForecastBackup } from '../../../core/retention/forecast';
import { addInterval } from '../../../core/retention/interval';
import type { Interval } from '../../../core/retention/interval';
import type { RetentionPolicy } from '../../../core/retention/policy';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** How much of the time to come is shown; steps of the date in milliseconds. */
export interface Span {
  id: 'week' | 'month' | 'quarter' | 'year';
  title: string;
  length: Interval;
  step: number;
  /** Of PageUp and PageDown. */
  page: number;
}

/** The year first: it is what one sees. */
export const SPANS: readonly Span[] = [
  { id: 'year', title: 'Next year', length: { number: 1, unit: 'y' }, step: DAY, page: 30 * DAY },
  {
    id: 'quarter',
    title: 'Next 3 months',
    length: { number: 3, unit: 'M' },
    step: DAY,
    page: 7 * DAY,
  },
  {
    id: 'month',
    title: 'Next month',
    length: { number: 1, unit: 'M' },
    step: 6 * HOUR,
    page: 7 * DAY,
  },
  { id: 'week', title: 'Next week', length: { number: 1, unit: 'w' }, step: HOUR, page: DAY },
];

/** The stretch of time that is drawn. */
export interface Stretch {
  from: Date;
  until: Date;
}

/** From a moment on, for a span. */
export function stretchOf(from: Date, { length }: Span): Stretch {
  return { from, until: addInterval(from, length) };
}

/** How long one backup is there, on a line of its lane. Milliseconds since 1970. */
export interface Bar {
  from: number;
  to: number;
  /** From 0; backups that are there at the same time are on lines of their own. */
  line: number;
  existing: boolean;
}

/** Backups that the same thing keeps longest. */
export interface Lane {
  /** A schedule's interval, `manual`, `pin`, `aside` (damaged, missing, dated in the future) or `none`. */
  id: string;
  bars: Bar[];
  /** How many lines: most that are there at a time. */
  lines: number;
}

/** Lanes of what is in no schedule's, in their order. */
const APART = ['manual', 'pin', 'aside', 'none'];
/** What keeps those of a vault that no schedule counts. */
const ASIDE: ReadonlySet<string> = new Set(['damaged', 'missing', 'future']);

/**
 * A forecast as it is drawn: each backup once, in the lane of what keeps it longest. The schedules in the policy's own
 * order, then what was made by hand, then what no schedule keeps.
 */
export function lanesOf(
  backups: readonly ForecastBackup[],
  { schedules }: RetentionPolicy,
  { from, until }: Stretch,
): Lane[] {
  const lanes = new Map<string, ForecastBackup[]>();
  for (const { interval } of schedules) lanes.set(interval, []);
  for (const id of APART) lanes.set(id, []);
  for (const backup of backups) (lanes.get(keeperOf(backup)) ?? lanes.get('none'))?.push(backup);
  return [...lanes].flatMap(([id, own]) => {
    const isSchedule = !APART.includes(id);
    return own.length === 0 && !isSchedule ? [] : [laneOf(id, own, from, until)];
  });
}

/** What lets go of a backup last; of several the last in the policy's order. */
export function keeperOf({ automated, heldBy, holds }: ForecastBackup): string {
  if (heldBy.includes('pin')) return 'pin';
  if (heldBy.some((by) => ASIDE.has(by))) return 'aside';
  if (!automated) return 'manual';
  let keeper = 'none';
  let end = -Infinity;
  for (const { by, until } of holds) {
    const time = until?.getTime() ?? Infinity;
    if (!heldBy.includes(by) || time < end) continue;
    keeper = by;
    end = time;
  }
  return keeper;
}

function laneOf(id: string, backups: readonly ForecastBackup[], from: Date, until: Date): Lane {
  /** When each line is free again. */
  const free: number[] = [];
  const bars = backups.map(({ made, until: end, existing }): Bar => {
    const bar = {
      from: Math.max(made.getTime(), from.getTime()),
      to: Math.min(end?.getTime() ?? Infinity, until.getTime()),
    };
    const found = free.findIndex((time) => time <= bar.from);
    const line = found < 0 ? free.length : found;
    free[line] = bar.to;
    return { ...bar, line, existing };
  });
  return { id, bars, lines: Math.max(1, free.length) };
}

/** Where the axis is marked: months, Mondays or days, each at midnight of the person's own zone. */
export function ticksOf({ from, until }: Stretch, span: Span['id']): Date[] {
  const ticks: Date[] = [];
  const tick = new Date(from);
  tick.setHours(0, 0, 0, 0);
  const months = span === 'year' || span === 'quarter';
  if (months) tick.setDate(1);
  for (
    ;
    tick <= until;
    months ? tick.setMonth(tick.getMonth() + 1) : tick.setDate(tick.getDate() + 1)
  ) {
    const isMarked = span !== 'month' || tick.getDay() === 1;
    if (tick >= from && isMarked) ticks.push(new Date(tick));
  }
  return ticks;
}

/** How a mark of the axis is called. */
export function tickText(tick: Date, span: Span['id']): string {
  const locale = document.documentElement.lang || undefined;
  const isJanuary = tick.getMonth() === 0;
  const format: Intl.DateTimeFormatOptions =
    span === 'year' || span === 'quarter'
      ? { month: 'short', ...(isJanuary ? { year: 'numeric' } : {}) }
      : { day: 'numeric', month: 'short' };
  return new Intl.DateTimeFormat(locale, format).format(tick);
}
