import type { HostedBackup } from '../../core/model';
import type { HostedRestoreResult } from '../../core/operations/hostedRestore';
import type { HostedRestorePlan } from '../../core/plan';
import type { HostedRemovePlan } from '../../core/ports';
import { destructiveLines } from '../../core/restoreChoices';
import { madeBy } from '../../protocol/hostedWords';
import { lineText } from '../backupPlanWords';
import { ageText, bytesText, timeText } from '../text';
import type { Confirmation } from '../ui';

/** The last question before a restore on the platform's own side. */
export function hostedConfirmation(plan: HostedRestorePlan, now: Date): Confirmation {
  const { cluster, backup, items } = plan;
  const destroyed = destructiveLines(items);
  return {
    message: `Restore ${backup.name} on the platform of cluster "${cluster}"?`,
    detail: [
      safetyLine(plan),
      ...destroyed.map(lineText),
      `Backup: ${factsText(backup, now)}.`,
      ...answerLines(plan),
      ...items
        .filter((line) => line.severity === 'warning' && line.destructive !== true)
        .map(({ title }) => `Warning: ${title}.`),
    ].join('\n'),
    accept: `Restore ${cluster}`,
  };
}

/** What was answered, in the plan's own words: where to, with or without code. */
function answerLines({ items, choices: { answers = {} } }: HostedRestorePlan): string[] {
  const questions = items.flatMap(({ questions: asked = [] }) => asked);
  return Object.entries(answers).map(([answer, value]) => {
    const question = questions.find((q) => q.answer === answer);
    const label = question?.options?.find((option) => option.value === value)?.label ?? value;
    const asked = (question?.title ?? answer).replace(/\?$/, '');
    return `${asked}: ${label}.`;
  });
}

function safetyLine({ safetyBackup, noSafetyBackup }: HostedRestorePlan): string {
  if (noSafetyBackup !== undefined) return `No safety backup: ${noSafetyBackup}`;
  return safetyBackup
    ? 'A backup of the present state is made first, on the platform’s side.'
    : 'No safety backup is made: what is there now is lost.';
}

/** How it went. */
export function hostedOutcome(
  { safetyBackup }: HostedRestoreResult,
  { backup, cluster }: HostedRestorePlan,
  took: string,
): string {
  const before =
    safetyBackup === undefined
      ? ''
      : ` The state before is kept on the platform’s side as ${safetyBackup}.`;
  return `Restored ${backup.name} on the platform of ${cluster}, in ${took}: the platform says it is done.${before}`;
}

/** The question before a backup is deleted on the platform's side. */
export function removeConfirmation(
  cluster: string,
  { backup, items }: HostedRemovePlan,
  now: Date,
): Confirmation {
  return {
    message: `Delete ${backup.name} on the platform of cluster "${cluster}"?`,
    detail: [
      `${factsText(backup, now)}.`,
      ...items.map((line) =>
        line.severity === 'warning' ? `Warning: ${lineText(line)}` : lineText(line),
      ),
      'It is deleted for good: the platform has no trash.',
    ].join('\n'),
    accept: 'Delete for Good',
  };
}

function factsText(backup: HostedBackup, now: Date): string {
  const { id, group, created, bytes, where } = backup;
  return [
    group,
    created === undefined ? undefined : `${timeText(created)} (${ageText(new Date(created), now)})`,
    bytes === undefined ? undefined : bytesText(bytes),
    madeBy(backup),
    where,
    `id ${id}`,
  ]
    .filter((fact) => fact !== undefined)
    .join(', ');
}
