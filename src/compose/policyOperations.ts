import { toErrorInfo } from '../core/errors';
import type { Backup, BackupScope, Verification } from '../core/model';
import { isHeldUp, planPrune, prune, pruneStopped } from '../core/operations/prune';
import type { PrunePlan, PruneResult, RecordPrune } from '../core/operations/prune';
import type { ClusterParts } from '../core/operations/context';
import { planPruneHosted, pruneHosted } from '../core/operations/pruneHosted';
import { policyBackups, scheduledBackup } from '../core/operations/scheduledBackup';
import { scheduledCheck } from '../core/operations/scheduledCheck';
import { paced } from '../core/operations/paced';
import { checkBackup } from '../core/operations/verifyStored';
import type { CheckResult } from '../core/operations/verifyStored';
import { isHostedMode } from '../core/policy/hostedMode';
import { policyBackup } from '../core/policy/policyBackup';
import type { PolicyBackup } from '../core/policy/policyBackup';
import type { DecryptionSecrets, RunContext } from '../core/ports';
import type { RetentionStop, VaultRetention } from '../core/retention/decide';
import { rhythmText } from '../core/retention/interval';
import type { CheckRhythm } from '../core/schedule/checks';
import { openFolderVault } from '../vaults/folder/folderVault';
import { encryptor, formatOf, openSource, withParts } from './parts';
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

/**
 * The backups that a policy is about: a cluster's folder in a vault, or those of the side on which the policy's mode
 * keeps them, for which the cluster may have to be asked.
 */
export type PolicyPlace = VaultPlace | { cluster: ResolvedCluster; mode?: string | undefined };

/** What a policy has done: by a person, or by the agent. */
export interface PolicyOperations {
  /** What a policy lets go of now, and why. */
  planPrune(p: PolicyPlace & { policy: VaultRetention }, c: RunContext): Promise<PrunePlan>;
  /**
   * Deletes it; with `plan`, nothing that it does not name. An activity only where something goes, or is held up.
   *
   * @param p `known`: what has held it up before; as long as that does, it is no activity again
   */
  prune(
    p: Recorded &
      PolicyPlace & {
        policy: VaultRetention;
        plan?: PrunePlan | undefined;
        known?: RetentionStop['code'] | undefined;
      },
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
      /** Called under the lock, once it is certain that one is to be made; where it throws, none is. */
      before?: ((signal: AbortSignal) => Promise<void>) | undefined;
    },
    c: RunContext,
  ): Promise<{ id: string } | undefined>;
  /**
   * The backups of a cluster as its policy sees them: those of the side on which the mode keeps them, where a cluster is
   * given; those of a vault, which takes no secret, else.
   */
  policyBackups(p: PolicyPlace, c: RunContext): Promise<PolicyBackup[]>;
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
        /** The policy's: under the lock, one that is not due any more is left. */
        rhythm?: CheckRhythm | undefined;
      },
    c: RunContext,
  ): Promise<Verification | undefined>;
}

export function createPolicyOperations({ options, record, beside }: Place): PolicyOperations {
  const vaultOf = ({ vault }: Pick<VaultPlace, 'vault'>, { log }: RunContext) =>
    openFolderVault(vaultOptions(vault, log));

  /** Runs with the cluster's parts where its backups lie on the platform's side, else with its place in the vault. */
  function onSide<T>(
    place: PolicyPlace,
    context: RunContext,
    inVault: (place: VaultPlace) => Promise<T>,
    onPlatform: (parts: ClusterParts) => Promise<T>,
  ): Promise<T> {
    if ('vault' in place) return inVault(place);
    const { vault, connected } = place.cluster;
    return withParts(place.cluster, options, context.log, (parts) =>
      isHostedMode(parts, place.mode)
        ? onPlatform(parts)
        : inVault({ vault, cluster: connected.name }),
    );
  }

  const plan = (p: PolicyPlace & { policy: VaultRetention }, context: RunContext) =>
    onSide(
      p,
      context,
      (place) => planPrune({ ...place, policy: p.policy, vault: vaultOf(place, context) }, context),
      (parts) => planPruneHosted(parts, p.policy, context),
    );

  return {
    planPrune: plan,

    async prune({ activityId, ...p }, context) {
      const now = await plan(p, context);
      const going = now.items.filter(({ keep }) => !keep).length;
      const { stopped } = now;
      if (going === 0 && (!isHeldUp(now) || stopped?.code === p.known)) {
        return { removed: [], frees: 0, ...(stopped === undefined ? {} : { stopped }) };
      }
      const { policy, plan: shown } = p;
      const activity = {
        kind: 'prune' as const,
        id: activityId,
        cluster: now.cluster,
        subject: going === 1 ? '1 backup' : `${going === 0 ? 'no' : going} backups`,
        // A person was shown a plan.
        ...(shown === undefined ? { scheduled: true } : {}),
      };
      const recorded: RecordPrune = (c, run) =>
        record(
          activity,
          'vault' in p ? undefined : p.cluster,
          c,
          run,
          undefined,
          (result) => result.stopped && toErrorInfo(pruneStopped(result.stopped)),
        );
      return onSide(
        p,
        context,
        (place) =>
          prune(
            { ...place, vault: vaultOf(place, context), policy, plan: shown },
            context,
            recorded,
          ),
        (parts) => pruneHosted(parts, { policy, plan: shown }, context, recorded),
      );
    },

    pin: (p, context) =>
      vaultOf(p, context).update(p.id, ({ pin: _, ...manifest }) =>
        p.pin ? { ...manifest, pin: true } : manifest,
      ),

    scheduledBackup: ({ activityId, cluster, ...run }, context) =>
      withParts(cluster, options, context.log, async (parts) => {
        for (const left of await parts.vault.recover()) {
          context.log.info(`Removed what a crash left: ${left}.`);
        }
        const activity = {
          kind: 'backup' as const,
          id: activityId,
          cluster: parts.name,
          subject: rhythmText(run.schedule),
          scheduled: true,
        };
        return scheduledBackup(
          beside(parts),
          run,
          (c, make) => record(activity, cluster, c, make, ({ id }) => id),
          context,
        );
      }),

    policyBackups: (p, context) =>
      onSide(
        p,
        context,
        async (place) => (await vaultOf(place, context).list(place.cluster)).map(policyBackup),
        (parts) => policyBackups(parts, 'vault' in p ? undefined : p.mode, context),
      ),

    async scheduledCheck({ activityId, decryption, rate, ...p }, context) {
      const check = async (backup: Backup, c: RunContext) => {
        const ref = { kind: 'backup', vault: p.vault, id: p.id } as const;
        const whole = { ...(await openSource(ref, c.log)), backup };
        const activity = {
          kind: 'verify' as const,
          id: activityId,
          cluster: p.cluster,
          subject: whole.name,
          scheduled: true,
        };
        return record(
          activity,
          undefined,
          c,
          async (inner): Promise<CheckResult> => {
            const stored =
              rate === undefined ? whole : { ...whole, ...paced(whole, rate, inner.signal) };
            const vault = vaultOf(p, inner);
            const parts = {
              encryptor: await encryptor(),
              decryption,
              format: await formatOf(whole),
            };
            return checkBackup({ ...stored, backup }, { ...beside(parts), vault }, inner);
          },
          () => p.id,
          ({ error }) => error,
        );
      };
      const result = await scheduledCheck({ ...p, vault: vaultOf(p, context) }, check, context);
      return result?.verification;
    },
  };
}
