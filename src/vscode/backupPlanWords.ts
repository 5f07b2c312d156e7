import type { PlanLine } from '../core/plan';
import type { BackupPlan } from '../core/ports';
import type { Decision } from './ui';

/** The button that goes on with the backup alone. */
export const BACK_UP = 'Back Up';

/** Lines that stop a backup, as one message; undefined where none does. */
export function blockedText(cluster: string, items: readonly PlanLine[]): string | undefined {
  const blockers = items.filter(({ severity }) => severity === 'blocker');
  if (blockers.length === 0) return undefined;
  return `Cluster "${cluster}" can't be backed up now: ${blockers.map(lineText).join(' ')}`;
}

/**
 * The question before a backup that warns of something.
 *
 * @param companion the button that backs up another system beside it
 */
export function backupDecision(
  title: string,
  items: readonly PlanLine[],
  companion: string | undefined,
): Decision {
  const of = (severity: PlanLine['severity']) => items.filter((i) => i.severity === severity);
  return {
    message: `${title}?`,
    detail: [
      ...of('warning').map((line) => `Warning: ${lineText(line)}`),
      ...of('info').map(lineText),
    ].join('\n\n'),
    buttons: companion === undefined ? [BACK_UP] : [BACK_UP, companion],
  };
}

export function warns(items: readonly PlanLine[]): boolean {
  return items.some(({ severity }) => severity === 'warning');
}

/** What is said while nothing has come yet. */
export function openingText(items: readonly PlanLine[]): string | undefined {
  const titles = items.map(({ title }) => sentence(title));
  return titles.length === 0 ? undefined : titles.join(' ');
}

/** A line as sentences: its title, and why or what then. */
export function lineText({ title, detail }: PlanLine): string {
  return detail === undefined ? sentence(title) : `${sentence(title)} ${detail}`;
}

function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

/**
 * Who takes the backup, to choose from: the one that would be picked comes first. None where there is no choice.
 *
 * @param isEqual all hold the same, so that one can be picked by itself
 */
export function serverPicks(
  { on, candidates = [] }: BackupPlan,
  isEqual = true,
): {
  label: string;
  description?: string;
  on: string;
}[] {
  if (candidates.length < 2) return [];
  const picked = candidates.find(({ name }) => name === on);
  if (!isEqual) {
    const others = candidates.filter((each) => each !== picked);
    return [...(picked === undefined ? [] : [picked]), ...others].map(plainPick);
  }
  const automatic =
    picked === undefined
      ? []
      : [{ label: `Automatic: ${picked.name} — ${picked.description}`, on: picked.name }];
  return [...automatic, ...candidates.map(plainPick)];
}

function plainPick({ name, description }: { name: string; description: string }) {
  return { label: name, description, on: name };
}
