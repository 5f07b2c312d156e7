import { intervalProblem, parseInterval } from '../../core/retention/interval';
import type { RetentionPolicy } from '../../core/retention/policy';
import { policyProblems } from '../../core/retention/problems';

/** A schedule as it stands in its fields. */
export interface DraftRow {
  /** Stays while rows come and go. */
  key: number;
  /** Number of units. */
  every: string;
  /** `h`, `d`, `w`, `M` or `y`; empty where the platform told an interval that is none of ours. */
  unit: string;
  kept: string;
}

/** A policy as it stands in its fields, right or wrong. */
export interface Draft {
  rows: DraftRow[];
  manual: string;
  max: string;
}

/** What is wrong, by the field's key; empty where nothing is. */
export type Problems = Readonly<Record<string, string>>;

const COUNT = /^(0|[1-9]\d{0,5})$/;

/** The fields of a policy. */
export function draftOf({ schedules, manualCount, maxBackups }: RetentionPolicy): Draft {
  const rows = schedules.map(({ interval, count }, key): DraftRow => {
    const parsed = parseInterval(interval);
    const [every, unit] =
      parsed === undefined ? [interval, ''] : [String(parsed.number), parsed.unit];
    return { key, every, unit, kept: String(count) };
  });
  return { rows, manual: String(manualCount ?? ''), max: String(maxBackups ?? '') };
}

/** A row more: the first interval of the usual ones that there is not yet. */
export function withRow(draft: Draft): Draft {
  const taken = new Set(draft.rows.map(intervalOf));
  const [unit, kept] = USUAL.find(([one]) => !taken.has(`1${one}`)) ?? (['d', '1'] as const);
  const key = Math.max(-1, ...draft.rows.map((row) => row.key)) + 1;
  return { ...draft, rows: [...draft.rows, { key, every: '1', unit, kept }] };
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

/** Keys of all fields that are typed in. */
export function fieldsOf({ rows }: Draft): string[] {
  return [...rows.flatMap((row) => [keysOf(row).every, keysOf(row).kept]), 'manual', 'max'];
}

/**
 * What is wrong with the fields, in words.
 *
 * @param policy that holds now: what it says has to be said by another, too
 */
export function problemsOf(draft: Draft, policy: RetentionPolicy): Problems {
  const problems: Record<string, string> = {};
  const tell = (key: string | undefined, text: string | undefined) => {
    if (key !== undefined && text !== undefined) problems[key] ??= text;
  };
  for (const row of draft.rows) {
    tell(keysOf(row).every, everyProblem(row));
    tell(keysOf(row).kept, countProblem(row.kept));
  }
  tell('manual', optionalProblem(draft.manual, policy.manualCount));
  tell('max', optionalProblem(draft.max, policy.maxBackups));
  for (const { severity, field, text } of policyProblems(figures(draft))) {
    if (severity === 'blocker') tell(keyOf(draft, field), text);
  }
  return problems;
}

/** What is possible and hardly meant, in words; empty where nothing is, or where something is wrong. */
export function warningsOf(draft: Draft, policy: RetentionPolicy): string[] {
  const sound = policyOf(draft, policy);
  return sound === undefined ? [] : policyProblems(sound).map(({ text }) => text);
}

/** The policy that the fields say; undefined where one of them is wrong. */
export function policyOf(draft: Draft, policy: RetentionPolicy): RetentionPolicy | undefined {
  if (Object.keys(problemsOf(draft, policy)).length > 0) return undefined;
  return figures(draft);
}

/** Whether the fields say what holds now. */
export function isUnchanged(draft: Draft, policy: RetentionPolicy): boolean {
  const plain = ({ rows, manual, max }: Draft) =>
    JSON.stringify([rows.map((row) => [intervalOf(row), row.kept]), manual, max]);
  return plain(draft) === plain(draftOf(policy));
}

function intervalOf({ every, unit }: DraftRow): string {
  return `${every}${unit}`;
}

function everyProblem({ every, unit }: DraftRow): string | undefined {
  if (unit === '') {
    return `“${every}” is no interval that is known here: give a number and choose a unit.`;
  }
  if (every === '') return 'A number is missing: 1 or more.';
  if (!/^\d+$/.test(every)) return 'Digits only: the unit stands beside it.';
  return intervalProblem(`${every}${unit}`);
}

function countProblem(text: string): string | undefined {
  if (text === '') return 'A number is missing.';
  return COUNT.test(text) ? undefined : 'A whole number of at most six digits, no sign, no spaces.';
}

/** Empty says nothing: right where the platform itself said nothing. */
function optionalProblem(text: string, now: number | undefined): string | undefined {
  return text === '' && now === undefined ? undefined : countProblem(text);
}

/** The policy that the fields say, whether it can be or not. */
function figures({ rows, manual, max }: Draft): RetentionPolicy {
  return {
    schedules: rows.map((row) => ({ interval: intervalOf(row), count: Number(row.kept) })),
    ...(manual === '' ? {} : { manualCount: Number(manual) }),
    ...(max === '' ? {} : { maxBackups: Number(max) }),
  };
}

/** Which field a problem of a policy stands beside. */
function keyOf({ rows }: Draft, field: string): string | undefined {
  const [first, index, part] = field.split('.');
  if (first === 'manualCount') return 'manual';
  if (first === 'maxBackups') return 'max';
  const row = rows[Number(index)];
  return row && (part === 'count' ? keysOf(row).kept : keysOf(row).every);
}
