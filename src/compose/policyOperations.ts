import type { Backup, BackupScope, Verification } from '../core/model';
import { planPrune, prune } from '../core/operations/prune';
import type { PrunePlan, PruneResult } from '../core/operations/prune';
import type { DecryptionSecrets, RunContext } from '../core/ports';
import type { VaultRetention } from '../core/retention/decide';
import { openFolderVault } from '../vaults/folder/folderVault';
import type { Place, Recorded } from './place';
import type { ResolvedCluster } from './resolvedCluster';
import { vaultOptions } from './vaultOptions';

/** A cluster's folder in a vault: what needs no connection and no secret. */
export interface VaultPlace {
  /** Absolute folder of the vault. */
  vault: string;
  /** The cluster's name. */
  cluster: string;
}

/** What a policy has done: by a person, or by the agent. */
export interface PolicyOperations {
  /** What a policy lets go of now, and why. */
  planPrune(p: VaultPlace & { policy: VaultRetention }, c: RunContext): Promise<PrunePlan>;
  /** Deletes it; with `plan`, nothing that it does not name. An activity only where something goes. */
  prune(
    p: Recorded & VaultPlace & { policy: VaultRetention; plan?: PrunePlan | undefined },
    c: RunContext,
  ): Promise<PruneResult>;
  /** Holds a backup for ever, or no longer. */
  pin(p: VaultPlace & { id: string; pin: boolean }, c: RunContext): Promise<Backup>;
  /**
   * A backup by a schedule, into the vault or on the platform's own side. Under the cluster's lock it looks whether one
   * was begun since then, and makes none if so: undefined, and no activity. Gives the backup's id.
   */
  scheduledBackup(
    p: Recorded & {
      cluster: ResolvedCluster;
      /** The interval, for the manifest. */
      schedule: string;
      /** ISO 8601. */
      since: string;
      mode?: string | undefined;
      scope?: BackupScope | undefined;
    },
    c: RunContext,
  ): Promise<{ id: string } | undefined>;
  /**
   * Reads a backup back and keeps what was found in its manifest, as the agent does it: slowly, and where it can't be
   * opened here (the private key is elsewhere) by the sum of what lies on the disk. Undefined where another is at it.
   */
  scheduledCheck(
    p: Recorded &
      VaultPlace & {
        id: string;
        decryption: DecryptionSecrets;
        /** Bytes a second. */
        rate?: number | undefined;
      },
    c: RunContext,
  ): Promise<Verification | undefined>;
}

export function createPolicyOperations({ record }: Place): PolicyOperations {
  const vaultOf = ({ vault }: VaultPlace, { log }: RunContext) =>
    openFolderVault(vaultOptions(vault, log));
  return {
    planPrune: (p, context) => planPrune({ ...p, vault: vaultOf(p, context) }, context),

    prune: ({ activityId, ...p }, context) =>
      record({ kind: 'prune', id: activityId, cluster: p.cluster }, undefined, context, (c) =>
        prune({ ...p, vault: vaultOf(p, c) }, c),
      ),

    pin: (p, context) =>
      vaultOf(p, context).update(p.id, ({ pin: _, ...manifest }) =>
        p.pin ? { ...manifest, pin: true } : manifest,
      ),

    scheduledBackup: () => Promise.reject(new Error('Not there yet.')),

    scheduledCheck: () => Promise.reject(new Error('Not there yet.')),
  };
}
