import { systemById } from '../adapters/registry';
import { coreErrors } from '../core/errors';
import type {
  Backup,
  BackupScope,
  ClusterStatus,
  ContentsGroup,
  Manifest,
  RestoreChoices,
} from '../core/model';
import { adoptFile } from '../core/operations/adopt';
import { backUp } from '../core/operations/backup';
import { planBackup } from '../core/operations/planBackup';
import { planRestore } from '../core/operations/planRestore';
import { restore } from '../core/operations/restore';
import { resumeInterrupted } from '../core/operations/resume';
import type { RestoreResult } from '../core/operations/restore';
import { verifyBackup, verifySource } from '../core/operations/verify';
import type { VerifyResult } from '../core/operations/verify';
import type { RestorePlan } from '../core/plan';
import type { Recovery } from '../core/recovery';
import type { BackupPlan, DecryptionSecrets, RunContext, SetupOption } from '../core/ports';
import { formatOfFile } from '../snapshots/formats';
import { openFolderVault } from '../vaults/folder/folderVault';
import { copyOut } from './copyOut';
import { createArchives } from './archives';
import type { Archives } from './archives';
import { createInspections } from './inspections';
import type { Inspections } from './inspections';
import { encryptor, fileSource, formatOf, openSource, withParts } from './parts';
import type { SourceRef } from './parts';
import type { ResolvedCluster } from './resolvedCluster';
import { createUcpArchives } from './ucpArchives';
import type { UcpArchives } from './ucpArchives';
import { createExports } from './exports';
import type { Exports } from './exports';
import { createHostedOperations } from './hostedOperations';
import type { HostedOperations } from './hostedOperations';
import { createPlace } from './place';
import { createPolicyOperations } from './policyOperations';
import type { PolicyOperations } from './policyOperations';
import type { OperationsOptions, Recorded } from './place';
import { isLoose, vaultOptions } from './vaultOptions';

export type { OperationsOptions, Recorded } from './place';

/** Everything that a caller can ask for; each one runs in any thread. */
export interface Operations
  extends HostedOperations, Inspections, Archives, UcpArchives, Exports, PolicyOperations {
  status(p: { cluster: ResolvedCluster }, c: RunContext): Promise<ClusterStatus>;
  /** The cluster's objects; none where its system can't list them. */
  contents(p: { cluster: ResolvedCluster }, c: RunContext): Promise<ContentsGroup[]>;
  /** One object as it is now, in the words in which a backup tells it. */
  liveText(p: { cluster: ResolvedCluster; id: string }, c: RunContext): Promise<string | undefined>;
  /** Finishes what a run that was cut off has left; gives what was done. */
  resume(p: Recorded & { cluster: ResolvedCluster }, c: RunContext): Promise<string[]>;
  /** Where the walk back from lost quorum stands. */
  recovery(p: { cluster: ResolvedCluster }, c: RunContext): Promise<Recovery>;
  recover(
    p: Recorded & { cluster: ResolvedCluster; step: string; answers: Record<string, string> },
    c: RunContext,
  ): Promise<Recovery>;
  /** What a backup would do to the cluster; nothing where its system has nothing to say. */
  planBackup(
    p: {
      cluster: ResolvedCluster;
      mode?: string | undefined;
      scope?: BackupScope | undefined;
      on?: string | undefined;
      answers?: Record<string, string> | undefined;
    },
    c: RunContext,
  ): Promise<BackupPlan>;
  /** What *Add Cluster* offers for a field that is picked from a list. */
  setupOptions(
    p: { cluster: ResolvedCluster; field: string },
    c: RunContext,
  ): Promise<SetupOption[]>;
  backup(
    p: Recorded & {
      cluster: ResolvedCluster;
      mode?: string | undefined;
      label?: string | undefined;
      scope?: BackupScope | undefined;
      on?: string | undefined;
      answers?: Record<string, string> | undefined;
      origin: Manifest['origin'];
    },
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

/** Puts adapters, formats, encryption and vaults together behind one table of operations. */
export function createOperations(options: OperationsOptions): Operations {
  const place = createPlace(options);
  const { record, beside } = place;
  return {
    ...createHostedOperations(place),
    ...createInspections(),
    ...createArchives(),
    ...createUcpArchives(),
    ...createExports(),
    ...createPolicyOperations(place),

    status: ({ cluster }, context) =>
      withParts(cluster, options, context.log, (parts) => parts.adapter.status(context)),

    contents: ({ cluster }, context) =>
      withParts(
        cluster,
        options,
        context.log,
        async ({ adapter }) => (await adapter.contents?.(context)) ?? [],
      ),

    liveText: ({ cluster, id }, context) =>
      withParts(cluster, options, context.log, async ({ adapter }) =>
        adapter.liveText?.(id, context),
      ),

    async resume({ activityId, cluster }, context) {
      const left = await withParts(cluster, options, context.log, ({ adapter }) =>
        Promise.resolve(adapter.interrupted?.() ?? []),
      );
      if (left.length === 0) return [];
      return record(
        { kind: 'resume', id: activityId, cluster: cluster.connected.name },
        cluster,
        context,
        (c) => withParts(cluster, options, c.log, (parts) => resumeInterrupted(parts, c)),
      );
    },

    recovery: ({ cluster }, context) =>
      withParts(cluster, options, context.log, ({ adapter, definition }) => {
        if (adapter.recovery === undefined) throw noRecovery(definition.title);
        return adapter.recovery(context);
      }),

    recover: ({ activityId, cluster, step, answers }, context) =>
      record(
        { kind: 'recover', id: activityId, cluster: cluster.connected.name, subject: step },
        cluster,
        context,
        (c) =>
          withParts(cluster, options, c.log, async ({ adapter, definition, vault, name }) => {
            if (adapter.recover === undefined) throw noRecovery(definition.title);
            // No backup and no restore of the same cluster meanwhile.
            const lock = await vault.lock(name, 'recover');
            try {
              const signal = AbortSignal.any([c.signal, lock.signal]);
              return await adapter.recover(step, answers, { ...c, signal });
            } finally {
              await lock.release();
            }
          }),
      ),

    planBackup: ({ cluster, ...of }, context) =>
      withParts(cluster, options, context.log, (parts) => planBackup(parts, of, context)),

    setupOptions: ({ cluster, field }, context) =>
      withParts(
        cluster,
        options,
        context.log,
        async ({ adapter }) => (await adapter.setupOptions?.(field, context)) ?? [],
      ),

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

function noRecovery(title: string): Error {
  return coreErrors.unsupported({ message: `${title} has no guided recovery.` });
}
