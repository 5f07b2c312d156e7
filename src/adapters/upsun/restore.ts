import type { HostedBackup } from '../../core/model';
import type { HostedRestoreRequest, RunContext } from '../../core/ports';
import { readyEnvironment } from './activate';
import { carryOut } from './ask';
import { backupRow, restorable } from './backupRows';
import type { UpsunConnections } from './connection';
import { upsunErrors } from './errors';
import { findBackup } from './findBackup';
import { RESTORE } from './listing';
import { pathOf } from './links';
import { restoreBody, targetOf } from './restoreAnswers';

/**
 * Restores a backup to the environment that was chosen, and follows that to its end.
 *
 * @returns the backup as it is listed afterwards
 * @throws `upsun.refused` where the backup can't be restored, `upsun.inactive`, what `carryOut` throws
 */
export async function restoreUpsunBackup(
  upsun: UpsunConnections,
  { ref, choices }: HostedRestoreRequest,
  context: RunContext,
): Promise<HostedBackup> {
  const { signal } = context;
  const api = await upsun.api();
  const answers = choices.answers ?? {};
  const [{ backup, environment: own }, all] = await Promise.all([
    findBackup(upsun, ref, context),
    api.environments(signal),
  ]);
  const can = restorable(backup);
  const target = targetOf(answers, own, all);
  const { id } = target;
  if (can !== true || id === undefined) {
    const why = can === true ? 'The new environment has no name.' : can;
    throw upsunErrors.refused({ message: `The backup ${backup.id} can't be restored: ${why}` });
  }
  if (target.existing !== undefined) await readyEnvironment(upsun, id, answers, context);
  const href = backup._links['#restore'];
  const path = `${api.environment(own)}${pathOf('backups', backup.id)}/restore`;
  await carryOut(
    upsun,
    {
      what: `the restore of ${backup.id} to ${id}`,
      purpose: `restore ${backup.id} to ${id}`,
      method: 'POST',
      path: href === undefined ? path : api.path(href),
      body: restoreBody({ ...target, id }, answers),
      type: RESTORE,
      about: id,
    },
    context,
  );
  const after = await api.backup(own, backup.id, signal).catch((error: unknown) => {
    // The restore is done; only what its backup looks like now is not known.
    context.log.warn(`The backup could not be read afterwards: ${String(error)}`);
    return undefined;
  });
  const of = all.find((each) => each.id === own) ?? own;
  return backupRow(after ?? backup, of);
}
