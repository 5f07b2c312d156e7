import type { BackupPlan } from '../core/ports';
import { planLinesText } from './planLines';
import { printable } from './words';

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
