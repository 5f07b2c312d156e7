import type { RestoreResult } from '../../core/operations/restore';
import type { PlannedChange, RestorePlan } from '../../core/plan';
import {
  countActions,
  countsText,
  destructiveChanges,
  destructiveLines,
  resultsText,
} from '../../core/restoreChoices';
import type { RestoreCheck } from '../../core/ports';
import { ageText, bytesText, timeText } from '../text';
import type { Confirmation } from '../ui';

/** Objects named in a question; the rest is counted. */
const NAMED = 8;

/** The last question before a restore. */
export function confirmation(plan: RestorePlan): Confirmation {
  const { cluster, changes } = plan;
  return {
    message:
      changes === undefined
        ? `Replace everything that cluster "${cluster}" holds?`
        : `Restore into cluster "${cluster}": ${doneText(changes)}?`,
    detail: detail(plan),
    accept: `Restore ${cluster}`,
  };
}

/** `12 objects are created, 1 is changed`. */
function doneText(changes: readonly PlannedChange[]): string {
  const { create, update } = countActions(changes);
  const one = (count: number, verb: string) =>
    count === 0 ? [] : [`${count} ${count === 1 ? 'object' : 'objects'} ${verb}`];
  return [...one(create, 'created'), ...one(update, 'changed')].join(', ');
}

function detail(plan: RestorePlan): string {
  const { changes } = plan;
  const first = destructiveLines(plan.items);
  const time =
    plan.contentTime === undefined
      ? ''
      : ` of ${timeText(plan.contentTime)} (${ageText(new Date(plan.contentTime), new Date())})`;
  const lines = [
    ...(first.length > 0 ? [safetyLine(plan)] : []),
    ...first.map(({ title }) => `${title}.`),
    `Source: ${plan.source}${time}, ${bytesText(plan.content.contentBytes || plan.content.totalSize)}.`,
    ...plan.comparison
      .filter((c) => c.now !== c.after)
      .map((c) => `${c.name}: ${c.now ?? 'unknown'} now, ${c.after} afterwards.`),
    ...(changes === undefined ? [] : changeLines(changes)),
    ...(first.length > 0 ? [] : [safetyLine(plan)]),
    ...plan.items
      .filter((i) => i.severity === 'warning' && i.destructive !== true)
      .map((i) => `Warning: ${i.title}.`),
  ];
  return lines.join('\n');
}

function changeLines(changes: readonly PlannedChange[]): string[] {
  const destroyed = destructiveChanges(changes).map(({ id, target }) =>
    target === undefined ? id : `${id} as ${target}`,
  );
  const more = destroyed.length - NAMED;
  return [
    `Plan: ${countsText(changes)}.`,
    ...(destroyed.length === 0
      ? ['Nothing that is there now is lost.']
      : [
          `What is there now is lost of: ${destroyed.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}.`,
        ]),
  ];
}

function safetyLine({ safetyBackup, noSafetyBackup, changes }: RestorePlan): string {
  if (noSafetyBackup !== undefined) return `No safety backup: ${noSafetyBackup}`;
  if (changes === undefined) {
    return safetyBackup
      ? 'A safety backup of the present state is made first.'
      : 'No safety backup is made: what the cluster holds now is lost.';
  }
  return safetyBackup
    ? 'A safety backup of what is changed is made first.'
    : 'No safety backup is made: what is changed can not be put back.';
}

/** How a restore went. @param plan what was restored */
export function outcomeText(
  result: RestoreResult,
  { content }: Pick<RestorePlan, 'content'>,
): string {
  const { changes, checks, safetyBackup } = result;
  const isCount = ({ name }: RestoreCheck) => name in content.counts;
  const compared = checks.filter((c) => c.found !== undefined);
  const other = checks.filter((c) => c.found === undefined);
  const names = (list: readonly RestoreCheck[]) => list.map(({ name }) => name).join(', ');
  const counts = compared.filter(isCount).map((c) => `${c.name} ${c.expected}`);
  const states = compared
    .filter((c) => !isCount(c))
    .map((c) => `${c.name}: ${c.found} of ${c.expected}.`);
  const [uncounted, unchecked] = [other.filter(isCount), other.filter((c) => !isCount(c))];
  const whole =
    counts.length === 0
      ? ['The cluster answers.', ...states].join(' ')
      : [
          `The cluster answers and holds what the snapshot held: ${counts.join(', ')}.`,
          ...states,
        ].join(' ');
  return [
    changes === undefined ? whole : `Of ${changes.length} objects: ${resultsText(changes)}.`,
    uncounted.length > 0 ? `Could not be compared: ${names(uncounted)}.` : undefined,
    unchecked.length > 0 ? `Not waited for: ${names(unchecked)}.` : undefined,
    safetyBackup === undefined ? undefined : 'The state before is kept as a safety backup.',
  ]
    .filter((line) => line !== undefined)
    .join(' ');
}
