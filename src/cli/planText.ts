import type { RestorePlan } from '../core/plan';
import type { RestoreCheck } from '../core/ports';
import { fields, indented, table } from './table';
import { bytesText, countText, printable, spanText, timeText } from './words';

const HEADS = { blocker: 'BLOCKED', warning: 'WARNING', info: 'note' } as const;

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
      ['Content', `${bytesText(content.totalSize)} in ${countText(records, 'record')}`],
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
  const order = ['blocker', 'warning', 'info'] as const;
  const lines = order.flatMap((severity) =>
    items
      .filter((i) => i.severity === severity)
      .map(
        ({ title, detail, code }) =>
          `${HEADS[severity]}: ${printable(title)} [${code}]\n` +
          (detail === undefined ? '' : `${indented(printable(detail), 2)}\n`),
      ),
  );
  if (lines.length > 0) parts.push(lines.join(''));
  parts.push(
    !plan.possible
      ? 'This restore is not possible.\n'
      : plan.safetyBackup
        ? 'A safety backup of the present state is made first.\n'
        : 'NO safety backup is made: the present state is lost.\n',
  );
  return parts.join('\n');
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
