import { EDITED_FIELDS } from '../../core/config/editedFields';
import type { EditedField } from '../../core/config/editedFields';
import type { EditedPolicy } from '../../core/config/policyText';
import { effectivePolicy } from '../../core/policy/effective';
import { intervalProblem } from '../../core/retention/interval';
import { policyProblems } from '../../core/retention/problems';
import { isTimeZone } from '../../core/retention/zone';
import { countProblem, everyProblem, keysOf, rowsOf, scheduleOf } from '../shared/draftRows';
import type { DraftRow } from '../shared/draftRows';

/** A field that holds a line of text; an empty one says nothing: then the file's default counts. */
export type Line = Exclude<EditedField, 'schedules' | 'verify'> | 'every' | 'rate';

export const LINES: readonly Line[] = [
  ...EDITED_FIELDS.filter((field) => field !== 'schedules' && field !== 'verify'),
  'every',
  'rate',
];

/** What the cluster says itself of its policy, as it stands in the fields, right or wrong. */
export interface Draft {
  /** Undefined: it says nothing of schedules. */
  rows?: DraftRow[];
  lines: Record<Line, string>;
}

/** What is wrong, by the field's key; empty where nothing is. */
export type Problems = Readonly<Record<string, string>>;

/** The fields of what a cluster says itself. */
export function draftOf(own: EditedPolicy | undefined): Draft {
  const lines = Object.fromEntries(LINES.map((line) => [line, valueOf(own, line)]));
  return {
    ...(own?.schedules === undefined ? {} : { rows: rowsOf(own.schedules, 'vault') }),
    lines: lines as Record<Line, string>,
  };
}

/** What a policy says in a field, as it is typed; empty where it says nothing. */
export function valueOf(policy: EditedPolicy | undefined, line: Line): string {
  const value =
    line === 'every' || line === 'rate'
      ? policy?.verify?.[line]
      : policy?.[line as keyof EditedPolicy];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** What the fields say; undefined where one of them is wrong. */
export function editedOf(
  draft: Draft,
  inherited: EditedPolicy | undefined,
): EditedPolicy | undefined {
  return Object.keys(problemsOf(draft, inherited)).length > 0 ? undefined : figures(draft);
}

/** Whether the fields say what the file says. */
export function isUnchanged(draft: Draft, own: EditedPolicy | undefined): boolean {
  const plain = (one: Draft) =>
    JSON.stringify([one.rows?.map(({ key: _, ...row }) => row), one.lines]);
  return plain(draft) === plain(draftOf(own));
}

/** What is wrong with the fields, in words. */
export function problemsOf(draft: Draft, inherited: EditedPolicy | undefined): Problems {
  const problems: Record<string, string> = {};
  const tell = (key: string | undefined, text: string | undefined) => {
    if (key !== undefined && text !== undefined) problems[key] ??= text;
  };
  for (const row of draft.rows ?? []) {
    tell(keysOf(row).every, everyProblem(row, 'vault'));
    tell(keysOf(row).kept, countProblem(row.kept));
  }
  for (const line of LINES) tell(line, lineProblem(line, draft.lines[line]));
  if (draft.lines.rate !== '' && draft.lines.every === '') {
    tell('every', 'Say first how often each backup is checked.');
  }
  if (Object.keys(problems).length > 0) return problems;
  for (const { severity, field, text } of problemsTogether(draft, inherited)) {
    if (severity === 'blocker') tell(keyOf(draft, field), text);
  }
  return problems;
}

/** What is possible and hardly meant, in words; empty where nothing is, or where something is wrong. */
export function warningsOf(draft: Draft, inherited: EditedPolicy | undefined): string[] {
  if (editedOf(draft, inherited) === undefined) return [];
  return problemsTogether(draft, inherited).map(({ text }) => text);
}

/** With what the file says for all: together they have to make sense. */
function problemsTogether(draft: Draft, inherited: EditedPolicy | undefined) {
  const {
    schedules = [],
    manualCount,
    maxBackups,
  } = effectivePolicy({ inherited, own: figures(draft) }) ?? {};
  return policyProblems(
    {
      schedules,
      ...(manualCount === undefined ? {} : { manualCount }),
      ...(maxBackups === undefined ? {} : { maxBackups }),
    },
    'vault',
  );
}

const NUMBER = /^(0|[1-9]\d{0,5})(\.\d{1,3})?$/;
const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;

function lineProblem(line: Line, text: string): string | undefined {
  if (text === '') return undefined;
  switch (line) {
    case 'manualCount':
    case 'maxBackups':
      return countProblem(text);
    case 'retries':
      return countProblem(text) ?? (Number(text) > 20 ? '20 at most.' : undefined);
    case 'timeZone':
      return isTimeZone(text) ? undefined : 'This is no time zone: write it like Europe/Berlin.';
    case 'at':
      return TIME.test(text) ? undefined : 'Write the time like 02:30.';
    case 'jitter':
    case 'every':
      return intervalProblem(text, 'vault');
    case 'smallerBy':
      return NUMBER.test(text) && Number(text) >= 1 && Number(text) <= 100
        ? undefined
        : 'A number from 1 to 100.';
    case 'rate':
      return NUMBER.test(text) && Number(text) > 0 ? undefined : 'A number above 0.';
    case 'mode':
      return undefined;
  }
}

/** What the fields say, whether it can be or not. */
function figures({ rows, lines }: Draft): EditedPolicy {
  const text = (line: 'timeZone' | 'at' | 'jitter' | 'mode') =>
    lines[line] === '' ? {} : { [line]: lines[line] };
  const number = (line: 'manualCount' | 'maxBackups' | 'retries' | 'smallerBy' | 'rate') =>
    lines[line] === '' ? {} : { [line]: Number(lines[line]) };
  const verify = { every: lines.every, ...number('rate') };
  return {
    ...(rows === undefined ? {} : { schedules: rows.map(scheduleOf) }),
    ...number('manualCount'),
    ...number('maxBackups'),
    ...text('timeZone'),
    ...text('at'),
    ...text('jitter'),
    ...text('mode'),
    ...number('retries'),
    ...number('smallerBy'),
    ...(lines.every === '' ? {} : { verify }),
  };
}

/** Which field a problem of a policy stands beside; the schedules of the file have none. */
function keyOf({ rows }: Draft, field: string): string | undefined {
  const [first, index, part] = field.split('.');
  if (first === 'manualCount' || first === 'maxBackups') return first;
  const row = rows?.[Number(index)];
  return row && (part === 'count' ? keysOf(row).kept : keysOf(row).every);
}
