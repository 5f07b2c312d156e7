import type { PlanLine } from '../core/plan';
import type { BackupPlan } from '../core/ports';
import { indented } from './table';
import { printable } from './words';

const HEADS = { blocker: 'BLOCKED', warning: 'WARNING', info: 'note' } as const;

/** Lines of a plan for people, what matters most first. */
export function planLinesText(items: readonly PlanLine[]): string {
  const order = ['blocker', 'warning', 'info'] as const;
  return order
    .flatMap((severity) => items.filter((item) => item.severity === severity))
    .map(
      ({ severity, title, detail, code }) =>
        `${HEADS[severity]}: ${printable(title)} [${code}]\n` +
        (detail === undefined ? '' : `${indented(printable(detail), 2)}\n`),
    )
    .join('');
}

/** What a backup would do, and who could take it. */
export function backupPlanText(cluster: string, plan: BackupPlan): string {
  const others = (plan.candidates ?? []).filter(({ name }) => name !== plan.on);
  return [
    `Plan: back up cluster "${cluster}"${plan.on === undefined ? '' : ` on ${plan.on}`}\n`,
    planLinesText(plan.items),
    ...(others.length === 0
      ? []
      : [
          'Others that could take it (--on NAME):\n',
          ...others.map(
            ({ name, description }) => `  ${printable(name)}: ${printable(description)}\n`,
          ),
        ]),
  ].join('');
}
