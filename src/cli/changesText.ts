import type { ChangeResult, PlannedChange, RestorePlan } from '../core/plan';
import {
  ACTIONS,
  countActions,
  countsText,
  destructiveChanges,
  resultsText,
  resultWord,
} from '../core/restoreChoices';
import { bytesText, countText, wrapped } from './words';

/** A sign beside each word, so that a long list can be looked through. */
const SIGNS = { create: '+', update: '~', leave: '=', conflict: '!', cannot: 'x' } as const;
const ACTION_WIDTH = Math.max(...ACTIONS.map((action) => action.length));
const WIDTH = 80;
const INDENT = 6;
/** Differences told of one object. */
const DIFFERENCES = 10;

/** What happens to each object, stack by stack. */
export function changesText(changes: readonly PlannedChange[]): string {
  const groups = new Map<string, PlannedChange[]>();
  for (const change of changes) {
    const title = change.group === undefined ? 'In no stack' : `Stack ${change.group}`;
    groups.set(title, [...(groups.get(title) ?? []), change]);
  }
  const titles = [...groups.keys()].sort(
    (a, b) => Number(a === 'In no stack') - Number(b === 'In no stack') || (a < b ? -1 : 1),
  );
  const lines = titles.map((title) => {
    const own = groups.get(title) ?? [];
    return `${title}: ${countsText(own)}\n${own.map(changeText).join('')}`;
  });
  return `CHANGES  ${countsText(changes)}\n\n${lines.join('\n')}`;
}

function changeText(change: PlannedChange): string {
  const { id, action, chosen, target, bytes } = change;
  if (!chosen) return `  -  ${'not chosen'.padEnd(ACTION_WIDTH)}  ${id}\n`;
  const facts = [
    target === undefined ? undefined : `as ${target}`,
    bytes === undefined ? undefined : bytesText(bytes),
    change.destructive === true ? 'DESTRUCTIVE' : undefined,
  ].filter((fact) => fact !== undefined);
  const head = `  ${SIGNS[action]}  ${action.padEnd(ACTION_WIDTH)}  ${id}`;
  return [
    facts.length === 0 ? head : `${head}  (${facts.join(', ')})`,
    ...notes(change).flatMap((note) => wrapped(note, WIDTH, INDENT)),
    '',
  ].join('\n');
}

function notes(change: PlannedChange): string[] {
  const { reason, code, acceptable, asks, differences = [], id } = change;
  const coded = code === undefined ? '' : ` [${code}]`;
  const more = differences.length - DIFFERENCES;
  return [
    reason === undefined && code === undefined ? undefined : `${reason ?? ''}${coded}`.trim(),
    acceptable === true && code !== undefined
      ? `To go on all the same: --accept ${code}`
      : undefined,
    asks === undefined
      ? undefined
      : asks.given
        ? `${asks.title}: given`
        : `${asks.title}: give it with --secret ${nameOf(id)}=FILE`,
    ...differences.slice(0, DIFFERENCES).map((difference) => `differs: ${difference}`),
    more > 0 ? `and ${countText(more, 'more difference')}` : undefined,
  ].filter((note) => note !== undefined);
}

function nameOf(id: string): string {
  return id.slice(id.indexOf('/') + 1);
}

/** What the person confirms, in a sentence. */
export function confirmationText(plan: RestorePlan, changes: readonly PlannedChange[]): string {
  const { create, update } = countActions(changes);
  const destroyed = destructiveChanges(changes);
  const parts = [
    create > 0 ? `${countText(create, 'object')} created` : undefined,
    update > 0 ? `${countText(update, 'object')} changed` : undefined,
  ].filter((part) => part !== undefined);
  const lost =
    destroyed.length === 0
      ? ''
      : ` What is there now is lost of: ${destroyed.map(({ id }) => id).join(', ')}.`;
  const unsafe = plan.safetyBackup ? '' : ' No safety backup is made.';
  return `In "${plan.cluster}" ${parts.join(' and ')} by this; the rest stays.${lost}${unsafe}`;
}

/** What became of each change. What went wrong comes last, where it is seen. */
export function resultsTable(results: readonly ChangeResult[]): string {
  const order = ['left', 'done', 'notReached', 'failed'] as const;
  const width = Math.max(...results.map((result) => resultWord(result).length), 0);
  const lines = order.flatMap((kind) =>
    results
      .filter(({ result }) => result === kind)
      .flatMap((result) => [
        `  ${resultWord(result).padEnd(width)}  ${result.id}`,
        ...(result.message === undefined ? [] : wrapped(result.message, WIDTH, INDENT)),
      ]),
  );
  return `RESULTS  ${resultsText(results)}\n\n${lines.map((line) => `${line}\n`).join('')}`;
}
