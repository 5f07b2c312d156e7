import type { HostedRef } from '../../core/model';
import type { PlanLine } from '../../core/plan';
import type { HostedRemovePlan, RunContext } from '../../core/ports';
import { carryOut } from './ask';
import { backupRow, isKept, restorable } from './backupRows';
import type { UpsunConnections } from './connection';
import { findBackup } from './findBackup';
import { pathOf } from './links';
import { named } from './quota';

/** What has to be known before a backup is deleted. @throws `upsun.unknownBackup` */
export async function planUpsunRemove(
  upsun: UpsunConnections,
  ref: HostedRef,
  context: RunContext,
): Promise<HostedRemovePlan> {
  const { backup, environment, beside } = await findBackup(upsun, ref, context);
  const items: PlanLine[] = [];
  if (!isKept(backup)) {
    items.push({
      severity: 'blocker',
      code: 'upsun.goingAlready',
      title: `The backup ${backup.id} is being deleted already`,
    });
  }
  items.push({
    severity: 'warning',
    code: 'upsun.removed',
    title: `The platform deletes ${named(backup)} of ${environment} for good`,
    detail: 'There is no other copy of it: backups can not be downloaded.',
    destructive: true,
  });
  const isLast = !beside.some((each) => each.id !== backup.id && restorable(each) === true);
  if (isLast && restorable(backup) === true) {
    items.push({
      severity: 'warning',
      code: 'upsun.lastRestorable',
      title: `It is the last backup of ${environment} that can be restored`,
      destructive: true,
    });
  }
  if (backup.automated === true) {
    items.push({
      severity: 'info',
      code: 'upsun.automated',
      title: "The platform's schedule made it",
      detail: `It would go by itself${backup.expires_at === undefined ? '' : ` on ${backup.expires_at}`}; deleting it changes nothing in the schedule.`,
    });
  }
  return { backup: backupRow(backup, environment), items };
}

/** Deletes it and follows that to its end. @throws what `carryOut` throws */
export async function removeUpsunBackup(
  upsun: UpsunConnections,
  ref: HostedRef,
  context: RunContext,
): Promise<void> {
  const api = await upsun.api();
  const { backup, environment } = await findBackup(upsun, ref, context);
  await carryOut(
    upsun,
    {
      what: `the deletion of ${backup.id}`,
      purpose: `delete the backup ${backup.id} of ${environment}`,
      method: 'DELETE',
      path: api.environment(environment) + pathOf('backups', backup.id),
      type: 'environment.backup.delete',
      environment,
    },
    context,
  );
}
