import { systemById } from '../adapters/registry';
import { adoptFile } from '../core/operations/adopt';
import type { RunContext } from '../core/ports';
import { formatOfFile } from '../snapshots/formats';
import { openFolderVault } from '../vaults/folder/folderVault';
import { copyOut } from './copyOut';
import { encryptor, fileSource, formatOf, openSource } from './parts';
import type { Place, Recorded } from './place';
import { isLoose, vaultOptions } from './vaultOptions';

/** What is done to the files of a vault, whatever they hold. */
export interface VaultOperations {
  /** Adopts what was dropped into a vault by hand, and cleans up after crashed writers. */
  tidyVault(
    p: { vault: string; clusters: { name: string; system: string }[] },
    c: RunContext,
  ): Promise<{ adopted: string[]; removed: string[] }>;
  /** Copies a backup's file out of the vault, as it is stored. */
  exportBackup(
    p: Recorded & { vault: string; id: string; to: string },
    c: RunContext,
  ): Promise<void>;
}

/** These operations, at a place. */
export function createVaultOperations({ record }: Place): VaultOperations {
  return {
    async tidyVault({ vault: folder, clusters }, context) {
      const vault = openFolderVault(vaultOptions(folder, context.log));
      const removed = await vault.recover();
      const adopted: string[] = [];
      for (const stray of await vault.strays()) {
        const only = clusters.length === 1 ? clusters[0] : undefined;
        const owner = clusters.find((c) => c.name === stray.cluster) ?? only;
        // A file that belongs to none of the clusters we know is left alone.
        if (owner === undefined || (stray.cluster !== undefined && stray.cluster !== owner.name))
          continue;
        const definition = systemById(owner.system);
        if (definition === undefined) continue;
        const { capabilities } = definition;
        // What others lay down there under a name that tells nothing is none of ours.
        const isTold = formatOfFile(stray.path) !== undefined;
        if (!isTold && !(await isLoose(stray.path, capabilities))) continue;
        const source = await fileSource(stray.path);
        const adoption = {
          system: owner.system,
          cluster: owner.name,
          format: await formatOf(source, capabilities.format),
          encryptor: await encryptor(),
        };
        await record(
          { kind: 'adopt', cluster: owner.name, subject: source.name },
          undefined,
          context,
          (c) => adoptFile(source, stray.path, vault, adoption, c),
          (backup) => backup.manifest.id,
        );
        adopted.push(stray.path);
      }
      return { adopted, removed };
    },

    async exportBackup({ activityId, vault: folder, id, to }, context) {
      const { backup } = await openSource({ kind: 'backup', vault: folder, id }, context.log);
      if (backup === undefined) return;
      await record(
        {
          kind: 'export',
          id: activityId,
          cluster: backup.manifest.cluster,
          subject: backup.manifest.file,
        },
        undefined,
        context,
        async (c) => {
          await copyOut(backup, to, c);
        },
        () => id,
      );
    },
  };
}
