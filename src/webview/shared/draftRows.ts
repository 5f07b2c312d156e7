import { intervalProblem, parseInterval } from '../../core/retention/interval';
import type { Whose } from '../../core/retention/interval';
import type { RetentionSchedule } from '../../core/retention/policy';

/** A schedule as it stands in its fields. */
export interface DraftRow {
  /** Stays while rows come and go. */
  key: number;
  /** Number of units. */
  every: string;
  /** `h`, `d`, `w`, `M` or `y`, of vaults also `s` and `m`; empty where it is an interval that is none of ours. */
  unit: string;
  kept: string;
}

const COUNT = /^(0|[1-9]\d{0,5})$/;

/** The fields of schedules. */
export function rowsOf(schedules: readonly RetentionSchedule[], whose?: Whose): DraftRow[] {
  return schedules.map(({ interval, count }, key) => {
    const parsed = parseInterval(interval, whose);
    const [every, unit] =
      parsed === undefined ? [interval, ''] : [String(parsed.number), parsed.unit];
    return { key, every, unit, kept: String(count) };
  });
}

/** A row more: the first interval of the usual ones that there is not yet. */
export function withRow(rows: readonly DraftRow[]): DraftRow[] {
  const taken = new Set(rows.map(intervalOf));
  const [unit, kept] = USUAL.find(([one]) => !taken.has(`1${one}`)) ?? (['d', '1'] as const);
  const key = Math.max(-1, ...rows.map((row) => row.key)) + 1;
  return [...rows, { key, every: '1', unit, kept }];
}

const USUAL = [
  ['d', '7'],
  ['w', '4'],
  ['M', '12'],
  ['h', '24'],
  ['y', '1'],
] as const;

/** Field keys of a row. */
export function keysOf(row: DraftRow): { every: string; unit: string; kept: string } {
  return { every: `every-${row.key}`, unit: `unit-${row.key}`, kept: `kept-${row.key}` };
}

/** What the fields of a row say, whether it can be or not. */
export function scheduleOf(row: DraftRow): RetentionSchedule {
  return { interval: intervalOf(row), count: Number(row.kept) };
}

export function intervalOf({ every, unit }: DraftRow): string {
  return `${every}${unit}`;
}

/** What is wrong with the number of a row's units. */
export function everyProblem({ every, unit }: DraftRow, whose?: Whose): string | undefined {
  if (unit === '') {
    return `“${every}” is no interval that is known here: give a number and choose a unit.`;
  }
  if (every === '') return 'A number is missing: 1 or more.';
  if (!/^\d+$/.test(every)) return 'Digits only: the unit stands beside it.';
  return intervalProblem(`${every}${unit}`, whose);
}

/** What is wrong with a number of backups. */
export function countProblem(text: string): string | undefined {
  if (text === '') return 'A number is missing.';
  return COUNT.test(text) ? undefined : 'A whole number of at most six digits, no sign, no spaces.';
}
