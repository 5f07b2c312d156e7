import type { HostedRestorePlan } from '../core/plan';
import type { Capabilities, HostedRemovePlan } from '../core/ports';
import { hostedDetails } from './hostedText';
import { planLinesText } from './planLines';
import { fields } from './table';
import { ageText, timeText } from './words';

/** What a restore on the platform's own side would do. */
export function hostedRestoreText(plan: HostedRestorePlan, now: Date): string {
  const { backup, items } = plan;
  const { id, group, created } = backup;
  return [
    `Plan: restore cluster "${plan.cluster}" from ${backup.name}, on the platform's side\n`,
    fields([
      ['Backup', group === undefined ? id : `${group}/${id}`],
      [
        'Taken',
        created === undefined ? 'unknown' : `${timeText(created)} (${ageText(created, now)})`,
      ],
    ]),
    ...(items.length === 0 ? [] : [planLinesText(items)]),
    verdict(plan),
  ].join('\n');
}

/** What has to be known before one is deleted. */
export function hostedRemoveText(
  { backup, items }: HostedRemovePlan,
  cluster: string,
  { group }: Pick<NonNullable<Capabilities['hosted']>, 'group'>,
  now: Date,
): string {
  return [
    `Plan: delete a backup that cluster "${cluster}" keeps on its own side\n`,
    hostedDetails(backup, group === undefined ? {} : { group }, now),
    ...(items.length === 0 ? [] : [planLinesText(items)]),
  ].join('\n');
}

function verdict({ possible, safetyBackup, noSafetyBackup }: HostedRestorePlan): string {
  if (!possible) return 'This restore is not possible.\n';
  if (noSafetyBackup !== undefined) return `No safety backup: ${noSafetyBackup}\n`;
  return safetyBackup
    ? "A backup of the present state is made first, on the platform's side.\n"
    : 'NO safety backup is made: the present state is lost.\n';
}
