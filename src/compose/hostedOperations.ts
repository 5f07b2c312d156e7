import type { Backup, HostedBackup, HostedListing, HostedRef, RestoreChoices } from '../core/model';
import type { BackupOptions } from '../core/operations/backup';
import { createHosted, fetchHosted, listHosted } from '../core/operations/hosted';
import {
  planHostedRemove,
  planHostedRestore,
  removeHosted,
  restoreHosted,
} from '../core/operations/hostedRestore';
import type { HostedRestoreResult } from '../core/operations/hostedRestore';
import { planRetention, readRetention, writeRetention } from '../core/operations/retention';
import type { HostedRestorePlan } from '../core/plan';
import type { DecryptionSecrets, HostedRemovePlan, RunContext } from '../core/ports';
import type { RetentionChange, RetentionPlan, RetentionSettings } from '../core/retention/settings';
import { withParts } from './parts';
import type { Place, Recorded } from './place';
import type { ResolvedCluster } from './resolvedCluster';

/** What is done to backups that a platform keeps on its own side. */
export interface HostedOperations {
  /** Backups that the platform keeps on its own side, newest first. */
  listHosted(p: { cluster: ResolvedCluster }, c: RunContext): Promise<HostedListing>;
  /** Has the platform make one, in a mode that is `hosted`, and follows it to its end. */
  createHosted(
    p: Recorded & Omit<BackupOptions, 'origin'> & { cluster: ResolvedCluster },
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
}

export function createHostedOperations({ options, record, beside }: Place): HostedOperations {
  return {
    listHosted: ({ cluster }, context) =>
      withParts(cluster, options, context.log, (parts) => listHosted(parts, context)),

    createHosted: ({ activityId, cluster, ...of }, context) =>
      record(
        {
          kind: 'backup',
          id: activityId,
          cluster: cluster.connected.name,
          subject: of.label ?? of.on,
        },
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
  };
}
