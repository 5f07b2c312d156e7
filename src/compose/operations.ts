import { systemById } from '../adapters/registry';
import { coreErrors } from '../core/errors';
import type {
  Backup,
  BackupScope,
  ClusterStatus,
  ContentsGroup,
  HostedBackup,
  HostedListing,
  HostedRef,
  Manifest,
  RestoreChoices,
} from '../core/model';
import { recorded } from '../core/operations/activity';
import type { Activity, ActivityStore } from '../core/operations/activity';
import { adoptFile } from '../core/operations/adopt';
import { backUp } from '../core/operations/backup';
import { createHosted, fetchHosted, listHosted } from '../core/operations/hosted';
import {
  planHostedRemove,
  planHostedRestore,
  removeHosted,
  restoreHosted,
} from '../core/operations/hostedRestore';
import type { HostedRestoreResult } from '../core/operations/hostedRestore';
import { planBackup } from '../core/operations/planBackup';
import { planRestore } from '../core/operations/planRestore';
import { restore } from '../core/operations/restore';
import { resumeInterrupted } from '../core/operations/resume';
import { planRetention, readRetention, writeRetention } from '../core/operations/retention';
import type { RestoreResult } from '../core/operations/restore';
import { verifyBackup, verifySource } from '../core/operations/verify';
import type { VerifyResult } from '../core/operations/verify';
import type { HostedRestorePlan, RestorePlan } from '../core/plan';
import type { Recovery } from '../core/recovery';
import type {
  BackupPlan,
  DecryptionSecrets,
  HostedRemovePlan,
  RunContext,
  SetupOption,
  SnapshotFormat,
} from '../core/ports';
import type { RetentionChange, RetentionPlan, RetentionSettings } from '../core/retention/settings';
import { formatOfFile } from '../snapshots/formats';
import { openActivityFolder } from '../stores/activityFolder';
import { threadedFormat } from '../workers/threadedFormat';
import { openFolderVault } from '../vaults/folder/folderVault';
import { copyOut } from './copyOut';
import { createArchives } from './archives';
import type { Archives } from './archives';
import { createInspections } from './inspections';
import type { Inspections } from './inspections';
import { encryptor, fileSource, formatOf, openSource, withParts } from './parts';
import type { SourceRef } from './parts';
import { secretValues } from './resolvedCluster';
import type { ResolvedCluster } from './resolvedCluster';
import { createUcpArchives } from './ucpArchives';
import type { UcpArchives } from './ucpArchives';
import { createExports } from './exports';
import type { Exports } from './exports';
import { isLoose, vaultOptions } from './vaultOptions';

/** What the operations need to know of the place they run in. Plain data: it crosses threads. */
export interface OperationsOptions {
  /** Folder of the activity journal. */
  activities: string;
  /** Who runs them, for the journal. */
  by: string;
  env: Readonly<Record<string, string | undefined>>;
  /** Folder of what adapters keep so that it outlives a crash. */
  state: string;
  /** Folder of the worker files, where a backup is checked in a thread of its own. */
  workers?: string | undefined;
}

/** Operations that are recorded as activities take the activity's id from the caller that wants to cancel it. */
export interface Recorded {
  activityId?: string | undefined;
}

/** Everything that a caller can ask for; each one runs in any thread. */
export interface Operations extends Inspections, Archives, UcpArchives, Exports {
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
  /** Backups that the platform keeps on its own side, newest first. */
  listHosted(p: { cluster: ResolvedCluster }, c: RunContext): Promise<HostedListing>;
  /** Has the platform make one, in a mode that is `hosted`, and follows it to its end. */
  createHosted(
    p: Recorded & {
      cluster: ResolvedCluster;
      mode?: string | undefined;
      label?: string | undefined;
      scope?: BackupScope | undefined;
      on?: string | undefined;
      answers?: Record<string, string> | undefined;
    },
    c: RunContext,
  ): Promise<HostedBackup>;
  /** What a restore of one on the platform's own side would do. */
  planHostedRestore(
    p: {
      cluster: ResolvedCluster;
      ref: HostedRef;
      choices?: Pick<RestoreChoices, 'accept' | 'answers'> | undefined;
      safetyBackup: boolean;
    },
    c: RunContext,
  ): Promise<HostedRestorePlan>;
  restoreHosted(
    p: Recorded & { cluster: ResolvedCluster; plan: HostedRestorePlan },
    c: RunContext,
  ): Promise<HostedRestoreResult>;
  /** What has to be known before one is deleted there. */
  planHostedRemove(
    p: { cluster: ResolvedCluster; ref: HostedRef },
    c: RunContext,
  ): Promise<HostedRemovePlan>;
  removeHosted(
    p: Recorded & { cluster: ResolvedCluster; plan: HostedRemovePlan },
    c: RunContext,
  ): Promise<void>;
  /** How long the platform keeps its backups. */
  retention(p: { cluster: ResolvedCluster }, c: RunContext): Promise<RetentionSettings>;
  planRetention(
    p: { cluster: ResolvedCluster; change: RetentionChange },
    c: RunContext,
  ): Promise<RetentionPlan>;
  writeRetention(
    p: Recorded & { cluster: ResolvedCluster; plan: RetentionPlan },
    c: RunContext,
  ): Promise<RetentionSettings>;
  /** What *Add Cluster* offers for a field that is picked from a list. */
  setupOptions(
    p: { cluster: ResolvedCluster; field: string },
    c: RunContext,
  ): Promise<SetupOption[]>;
  /** Copies one into the vault; `decryption` opens it where the platform encrypted it otherwise than we do. */
  fetchHosted(
    p: Recorded & {
      cluster: ResolvedCluster;
      id: string;
      label?: string | undefined;
      decryption?: DecryptionSecrets | undefined;
    },
    c: RunContext,
  ): Promise<Backup>;
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
  const clock = { now: () => new Date() };
  const activities: ActivityStore = openActivityFolder({ folder: options.activities, clock });
  const record = <T>(
    activity: Pick<Activity, 'kind' | 'cluster'> & {
      subject?: string | undefined;
      id?: string | undefined;
    },
    cluster: ResolvedCluster | undefined,
    context: RunContext,
    run: (context: RunContext) => Promise<T>,
    backupId?: (result: T) => string | undefined,
  ) => {
    const { subject, ...rest } = activity;
    return recorded(
      activities,
      { ...rest, by: options.by, ...(subject === undefined ? {} : { subject }) },
      cluster === undefined ? [] : secretValues(cluster),
      context,
      run,
      backupId,
    );
  };

  /** Checking goes on in a thread beside the one that reads, encrypts and sends, where there may be one. */
  const beside = <P extends { format: SnapshotFormat }>(parts: P): P => {
    const { workers } = options;
    return workers === undefined
      ? parts
      : { ...parts, format: threadedFormat(parts.format, workers) };
  };

  return {
    ...createInspections(),
    ...createArchives(),
    ...createUcpArchives(),
    ...createExports(),

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

    listHosted: ({ cluster }, context) =>
      withParts(cluster, options, context.log, (parts) => listHosted(parts, context)),

    createHosted: ({ activityId, cluster, ...of }, context) =>
      record(
        { kind: 'backup', id: activityId, cluster: cluster.connected.name, subject: of.label },
        cluster,
        context,
        (c) => withParts(cluster, options, c.log, (parts) => createHosted(parts, of, c)),
      ),

    planHostedRestore: ({ cluster, ...of }, context) =>
      withParts(cluster, options, context.log, (parts) => planHostedRestore(parts, of, context)),

    restoreHosted: ({ activityId, cluster, plan }, context) =>
      record(
        {
          kind: 'restore',
          id: activityId,
          cluster: cluster.connected.name,
          subject: plan.backup.name,
        },
        cluster,
        context,
        (c) => withParts(cluster, options, c.log, (parts) => restoreHosted(parts, { plan }, c)),
      ),

    planHostedRemove: ({ cluster, ref }, context) =>
      withParts(cluster, options, context.log, (parts) => planHostedRemove(parts, ref, context)),

    removeHosted: ({ activityId, cluster, plan }, context) =>
      record(
        {
          kind: 'delete',
          id: activityId,
          cluster: cluster.connected.name,
          subject: plan.backup.name,
        },
        cluster,
        context,
        (c) => withParts(cluster, options, c.log, (parts) => removeHosted(parts, { plan }, c)),
      ),

    retention: ({ cluster }, context) =>
      withParts(cluster, options, context.log, (parts) => readRetention(parts, context)),

    planRetention: ({ cluster, change }, context) =>
      withParts(cluster, options, context.log, (parts) => planRetention(parts, change, context)),

    writeRetention: ({ activityId, cluster, plan }, context) =>
      record(
        {
          kind: 'retention',
          id: activityId,
          cluster: cluster.connected.name,
          subject: plan.change.kind,
        },
        cluster,
        context,
        (c) => withParts(cluster, options, c.log, (parts) => writeRetention(parts, plan, c)),
      ),

    setupOptions: ({ cluster, field }, context) =>
      withParts(
        cluster,
        options,
        context.log,
        async ({ adapter }) => (await adapter.setupOptions?.(field, context)) ?? [],
      ),

    fetchHosted: ({ activityId, cluster, id, label, decryption }, context) =>
      record(
        { kind: 'fetch', id: activityId, cluster: cluster.connected.name, subject: id },
        cluster,
        context,
        (c) =>
          withParts(cluster, options, c.log, (parts) =>
            fetchHosted(
              beside({ ...parts, decryption: decryption ?? parts.decryption }),
              { id, label, origin: { kind: 'manual' } },
              c,
            ),
          ),
        (backup) => backup.manifest.id,
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
        async (c) => {
          const vault = openFolderVault(vaultOptions(source.vault, c.log));
          const result = await verifyBackup({ ...stored, backup }, { ...parts, vault }, c);
          if (result.error !== undefined)
            c.log.error(`${result.error.code}: ${result.error.message}`);
          return result;
        },
        () => backup.manifest.id,
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
