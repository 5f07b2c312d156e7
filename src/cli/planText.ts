import type { RestorePlan } from '../core/plan';
import type { RestoreCheck } from '../core/ports';
import { changesText } from './changesText';
import { planLinesText } from './planLines';
import { fields, table } from './table';
import { bytesText, countText, holdsText, spanText, timeText } from './words';

/** A restore plan for people: what is in the backup, what it replaces, what has to be known. */
export function planText(plan: RestorePlan): string {
  const { content, items } = plan;
  const { identity } = content;
  const records = content.stats.reduce((sum, row) => sum + row.count, 0);
  const parts = [
    `Plan: restore cluster "${plan.cluster}" from ${plan.source}\n`,
    fields([
      ['Backup', plan.backupId],
      ['Taken', plan.contentTime === undefined ? 'unknown' : taken(plan.contentTime, plan.age)],
      ['Index', identity.index === undefined ? undefined : String(identity.index)],
      [
        'Content',
        // A format that knows no records has counts of its own.
        records === 0
          ? [bytesText(content.totalSize), holdsText(undefined, content.counts)]
              .filter((fact) => fact !== undefined)
              .join(': ')
          : `${bytesText(content.totalSize)} in ${countText(records, 'record')}`,
      ],
      [
        'Cluster is at',
        plan.current.index === undefined ? undefined : `index ${plan.current.index}`,
      ],
    ]),
  ];
  if (plan.comparison.length > 0) {
    parts.push(
      table(
        [
          { title: 'REPLACED' },
          { title: 'NOW', align: 'right' },
          { title: 'AFTER', align: 'right' },
        ],
        plan.comparison.map(({ name, now, after }) => [name, String(now ?? '?'), String(after)]),
      ),
    );
  }
  if (plan.changes !== undefined && plan.changes.length > 0) {
    parts.push(changesText(plan.changes));
  }
  if (items.length > 0) parts.push(planLinesText(items));
  parts.push(verdict(plan));
  return parts.join('\n');
}

function verdict(plan: RestorePlan): string {
  if (nothingToDo(plan)) return 'Nothing to do: all that was chosen is there and the same.\n';
  if (!plan.possible) return 'This restore is not possible.\n';
  if (plan.noSafetyBackup !== undefined) return `No safety backup: ${plan.noSafetyBackup}\n`;
  const subject = plan.changes === undefined ? 'the present state' : 'what is changed';
  return plan.safetyBackup
    ? `A safety backup of ${subject} is made first.\n`
    : `NO safety backup is made: ${plan.changes === undefined ? 'the present state is lost' : 'what is changed is lost as it is now'}.\n`;
}

/** Whether a restore has been done already: every chosen object is there and the same. */
export function nothingToDo({ changes = [], items }: RestorePlan): boolean {
  const chosen = changes.filter((change) => change.chosen);
  return (
    chosen.length > 0 &&
    chosen.every(({ action }) => action === 'leave') &&
    !items.some(({ severity }) => severity === 'blocker')
  );
}

/** What was checked after a restore. */
export function checksText(checks: readonly RestoreCheck[]): string {
  return table(
    [
      { title: 'CHECKED' },
      { title: 'EXPECTED', align: 'right' },
      { title: 'FOUND', align: 'right' },
    ],
    checks.map(({ name, expected, found }) => [
      name,
      String(expected),
      found === undefined ? 'not counted' : String(found),
    ]),
  );
}

function taken(time: string, age: number | undefined): string {
  return age === undefined ? timeText(time) : `${timeText(time)} (${spanText(age)} ago)`;
}
