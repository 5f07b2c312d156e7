import type { RetentionPolicy } from '../../core/retention/policy';
import { policyProblems } from '../../core/retention/problems';
import {
  countProblem,
  everyProblem,
  intervalOf,
  keysOf,
  rowsOf,
  scheduleOf,
} from '../shared/draftRows';
import type { DraftRow } from '../shared/draftRows';

/** A policy as it stands in its fields, right or wrong. */
export interface Draft {
  rows: DraftRow[];
  manual: string;
  max: string;
}

/** What is wrong, by the field's key; empty where nothing is. */
export type Problems = Readonly<Record<string, string>>;

/** The fields of a policy. */
export function draftOf({ schedules, manualCount, maxBackups }: RetentionPolicy): Draft {
  return {
    rows: rowsOf(schedules),
    manual: String(manualCount ?? ''),
    max: String(maxBackups ?? ''),
  };
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

/** Empty says nothing: right where the platform itself said nothing. */
function optionalProblem(text: string, now: number | undefined): string | undefined {
  return text === '' && now === undefined ? undefined : countProblem(text);
}

/** The policy that the fields say, whether it can be or not. */
function figures({ rows, manual, max }: Draft): RetentionPolicy {
  return {
    schedules: rows.map(scheduleOf),
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
