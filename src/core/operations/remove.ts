import type { Backup } from '../model';
import type { RunContext, Vault } from '../ports';
import { recorded } from './activity';
import type { ActivityStore } from './activity';

/**
 * Deletes a backup, as an activity, while nobody else works on its cluster.
 *
 * @param discard how to put a file away, e.g. into the system's trash; default: for good
 * @throws `vault.locked`, `vault.notRemoved`
 */
export async function removeBackup(
  backup: Backup,
  parts: { vault: Vault; activities: ActivityStore; by: string },
  context: RunContext,
  discard?: (path: string) => Promise<void>,
): Promise<void> {
  const { id, cluster, file } = backup.manifest;
  await recorded(
    parts.activities,
    { kind: 'delete', cluster, subject: file, by: parts.by },
    [],
    context,
    async () => {
      const lock = await parts.vault.lock(cluster, 'delete');
      try {
        await parts.vault.remove(id, discard);
      } finally {
        await lock.release();
      }
    },
    () => id,
  );
}
