import type { PlanLine, PlanQuestion, RestorePlan } from '../core/plan';
import type { RestoreCheck } from '../core/ports';
import { changesText } from './changesText';
import { secretName } from './choiceOptions';
import { fields, indented, table } from './table';
import { bytesText, countText, holdsText, printable, spanText, timeText } from './words';

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
  const order = ['blocker', 'warning', 'info'] as const;
  const lines = order.flatMap((severity) =>
    items
      .filter((i) => i.severity === severity)
      .map(
        (line) =>
          `${HEADS[severity]}: ${printable(line.title)} [${line.code}]\n` +
          (line.detail === undefined ? '' : `${indented(printable(line.detail), 2)}\n`) +
          askedLines(line) +
          questionLines(line.questions),
      ),
  );
  if (lines.length > 0) parts.push(lines.join(''));
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

/** What is asked for besides answers: a secret, or that something be accepted. */
function askedLines({ asks, acceptable, severity, code }: PlanLine): string {
  const name = secretName(asks?.id ?? '');
  return [
    ...(asks === undefined
      ? []
      : asks.given
        ? [`${asks.title}: given`]
        : [`${asks.title}: --secret ${name}=FILE or --secret-env ${name}=VARIABLE`]),
    ...(acceptable === true && severity === 'blocker'
      ? [`To go on all the same: --accept ${code}`]
      : []),
  ]
    .map((text) => `  ${printable(text)}\n`)
    .join('');
}

function questionLines(questions: readonly PlanQuestion[] = []): string {
  return questions
    .map(({ answer, title, value, options = [] }) => {
      const example = value ?? options[0]?.value ?? 'VALUE';
      const known = options.length === 0 ? '' : ` (${options.map((o) => o.value).join(', ')})`;
      return `  ${printable(`${title}${known}: --answer ${answer}=${example}`)}\n`;
    })
    .join('');
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
