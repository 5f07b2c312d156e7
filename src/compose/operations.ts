import type { Backup, RestoreChoices } from '../core/model';
import { backUp } from '../core/operations/backup';
import type { BackupOptions } from '../core/operations/backup';
import { planBackup } from '../core/operations/planBackup';
import { planRestore } from '../core/operations/planRestore';
import { restore } from '../core/operations/restore';
import type { RestoreResult } from '../core/operations/restore';
import { verifyBackup, verifySource } from '../core/operations/verify';
import type { VerifyResult } from '../core/operations/verify';
import type { RestorePlan } from '../core/plan';
import type { BackupPlan, DecryptionSecrets, RunContext } from '../core/ports';
import { openFolderVault } from '../vaults/folder/folderVault';
import { createArchives } from './archives';
import type { Archives } from './archives';
import { createClusterOperations } from './clusterOperations';
import type { ClusterOperations } from './clusterOperations';
import { createInspections } from './inspections';
import type { Inspections } from './inspections';
import { encryptor, formatOf, openSource, withParts } from './parts';
import type { SourceRef } from './parts';
import type { ResolvedCluster } from './resolvedCluster';
import { createUcpArchives } from './ucpArchives';
import type { UcpArchives } from './ucpArchives';
import { createExports } from './exports';
import type { Exports } from './exports';
import { createHostedOperations } from './hostedOperations';
import type { HostedOperations } from './hostedOperations';
import { createPlace } from './place';
import type { OperationsOptions, Recorded } from './place';
import { createPolicyOperations } from './policyOperations';
import type { PolicyOperations } from './policyOperations';
import { createVaultOperations } from './vaultOperations';
import type { VaultOperations } from './vaultOperations';
import { vaultOptions } from './vaultOptions';

export type { OperationsOptions, Recorded } from './place';

/** Everything that a caller can ask for; each one runs in any thread. */
export interface Operations
  extends
    ClusterOperations,
    VaultOperations,
    HostedOperations,
    Inspections,
    Archives,
    UcpArchives,
    Exports,
    PolicyOperations {
  /** What a backup would do to the cluster; nothing where its system has nothing to say. */
  planBackup(
    p: Omit<BackupOptions, 'label' | 'origin'> & { cluster: ResolvedCluster },
    c: RunContext,
  ): Promise<BackupPlan>;
  backup(
    p: Recorded & BackupOptions & { cluster: ResolvedCluster },
    c: RunContext,
  ): Promise<Backup>;
  verify(
    p: Recorded & { source: SourceRef; decryption: DecryptionSecrets },
    c: RunContext,
  ): Promise<VerifyResult>;
  planRestore(
    p: {
      source: SourceRef;
      cluster: ResolvedCluster;
      /** Where the source is encrypted otherwise than the target cluster's own backups. */
      decryption?: DecryptionSecrets | undefined;
      safetyBackup: boolean;
      /** For systems that are restored object by object. */
      choices?: RestoreChoices | undefined;
      payloads?: Record<string, string> | undefined;
      /** A plan of the same source made with other choices: the source is not read again. */
      known?: RestorePlan | undefined;
    },
    c: RunContext,
  ): Promise<RestorePlan>;
  restore(
    p: Recorded & {
      source: SourceRef;
      cluster: ResolvedCluster;
      decryption?: DecryptionSecrets | undefined;
      plan: RestorePlan;
      checkSecrets?: Record<string, string> | undefined;
      payloads?: Record<string, string> | undefined;
    },
    c: RunContext,
  ): Promise<RestoreResult>;
}

/** Puts adapters, formats, encryption and vaults together behind one table of operations. */
export function createOperations(options: OperationsOptions): Operations {
  const place = createPlace(options);
  const { record, beside } = place;
  return {
    ...createClusterOperations(place),
    ...createVaultOperations(place),
    ...createHostedOperations(place),
    ...createInspections(),
    ...createArchives(),
    ...createUcpArchives(),
    ...createExports(),
    ...createPolicyOperations(place),

    planBackup: ({ cluster, ...of }, context) =>
      withParts(cluster, options, context.log, (parts) => planBackup(parts, of, context)),

    backup: ({ activityId, cluster, ...of }, context) =>
      record(
        { kind: 'backup', id: activityId, cluster: cluster.connected.name, subject: of.label },
        cluster,
        context,
        (c) =>
          withParts(cluster, options, c.log, async (parts) => {
            // A scheduled run may be all that ever looks into this vault.
            for (const left of await parts.vault.recover()) {
              c.log.info(`Removed what a crash left: ${left}.`);
            }
            return backUp(beside(parts), of, c);
          }),
        (backup) => backup.manifest.id,
      ),

    async verify({ activityId, source, decryption }, context) {
      const stored = await openSource(source, context.log);
      const format = await formatOf(stored);
      const parts = beside({ encryptor: await encryptor(), decryption, format });
      const { backup } = stored;
      if (source.kind === 'file' || backup === undefined)
        return verifySource(stored, parts, context);
      return record(
        { kind: 'verify', id: activityId, cluster: backup.manifest.cluster, subject: stored.name },
        undefined,
        context,
        (c) => {
          const vault = openFolderVault(vaultOptions(source.vault, c.log));
          return verifyBackup({ ...stored, backup }, { ...parts, vault }, c);
        },
        () => backup.manifest.id,
        ({ error }) => error,
      );
    },

    async planRestore({ source, cluster, decryption, ...plan }, context) {
      const stored = await openSource(source, context.log);
      return withParts(cluster, options, context.log, (parts) =>
        planRestore(
          stored,
          beside({ ...parts, decryption: decryption ?? parts.decryption }),
          plan,
          context,
        ),
      );
    },

    async restore({ activityId, source, cluster, decryption, ...restoring }, context) {
      const stored = await openSource(source, context.log);
      return record(
        { kind: 'restore', id: activityId, cluster: cluster.connected.name, subject: stored.name },
        cluster,
        context,
        (c) =>
          withParts(cluster, options, c.log, (parts) =>
            restore(
              stored,
              beside({ ...parts, decryption: decryption ?? parts.decryption }),
              restoring,
              c,
            ),
          ),
        (result) => result.safetyBackup,
      );
    },
  };
}
