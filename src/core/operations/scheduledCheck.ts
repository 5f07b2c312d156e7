import { isClusterBackupError } from '../errors';
import type { Backup } from '../model';
import { policyBackup } from '../policy/policyBackup';
import { nextCheck } from '../schedule/checks';
import type { CheckRhythm } from '../schedule/checks';
import type { RunContext, Vault } from '../ports';
import type { CheckResult } from './verifyStored';

export interface CheckRun {
  vault: Vault;
  cluster: string;
  id: string;
  /** Where given, one that is not due any more under the lock is left: another agent was quicker. */
  rhythm?: CheckRhythm | undefined;
}

/**
 * Has a backup read back under a lock of its own, which keeps nobody from backing up: several agents may be at it, and
 * none reads twice what another reads. A backup that was deleted meanwhile is no error.
 *
 * @param check reads it and keeps what was found; called under the lock
 * @returns undefined where another is at it, or was, or where the backup has gone
 */
export async function scheduledCheck(
  { vault, cluster, id, rhythm }: CheckRun,
  check: (backup: Backup, context: RunContext) => Promise<CheckResult>,
  context: RunContext,
): Promise<CheckResult | undefined> {
  const lock = await vault.lock(cluster, 'verify', 'check').catch((error: unknown) => {
    if (hasCode(error, 'vault.locked')) return undefined;
    throw error;
  });
  if (lock === undefined) {
    context.log.debug(`Cluster "${cluster}": another is checking its backups.`);
    return undefined;
  }
  try {
    const backup = await vault.get(id);
    if (backup === undefined) return undefined;
    const isDue =
      rhythm === undefined ||
      nextCheck(rhythm, [policyBackup(backup)], context.clock.now()) !== undefined;
    if (!isDue) return undefined;
    const signal = AbortSignal.any([context.signal, lock.signal]);
    try {
      return await check(backup, { ...context, signal });
    } catch (error) {
      if (context.signal.aborted || (await vault.get(id)) !== undefined) throw error;
      context.log.info(`${backup.manifest.file} was deleted while it was checked.`);
      return undefined;
    }
  } finally {
    await lock.release();
  }
}

function hasCode(error: unknown, code: string): boolean {
  return isClusterBackupError(error) && error.code === code;
}
