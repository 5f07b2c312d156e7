import { systemById } from '../../adapters/registry';
import type { AgentCluster, AgentWork } from '../../core/agent/ports';
import type { ClusterConfig } from '../../core/config/parse';
import type { SecretLookup } from '../../core/config/secrets';
import { coreErrors, isClusterBackupError, toErrorInfo } from '../../core/errors';
import type { Clock, DecryptionSecrets, Log, RunContext, SystemDefinition } from '../../core/ports';
import type { Operations } from '../operations';
import type { PolicyPlace } from '../policyOperations';
import { resolveCluster } from '../resolvedCluster';
import type { ResolvedCluster } from '../resolvedCluster';
import type { AgentConfiguration } from './agentConfiguration';
import { Listings } from './listings';

/** What of the operations the agent has done; in the editor they run in threads. */
export type AgentOperations = Pick<
  Operations,
  'scheduledBackup' | 'prune' | 'scheduledCheck' | 'tidyVault' | 'policyBackups'
>;

export interface AgentWorkOptions {
  configuration: AgentConfiguration;
  operations: AgentOperations;
  /** Asks nobody. Throws, or gives undefined, where a secret is missing. */
  lookup: SecretLookup;
  clock: Clock;
  log: Log;
  /** How long (ms) a vault may take to list its backups. Default: a minute. */
  listingLimit?: number;
}

/** Megabytes a second that checks read where the policy does not say. */
const RATE_MB = 50;

/** The agent's work over the operations. Secrets are looked up for each run, and let go of with it. */
export function createAgentWork(options: AgentWorkOptions): AgentWork {
  const { configuration, operations, lookup, clock, log } = options;
  const listings = new Listings(options.listingLimit);
  const context = (signal: AbortSignal, progress = () => {}): RunContext => ({
    signal,
    clock,
    log,
    progress,
  });
  const configOf = ({ key, name }: AgentCluster): ClusterConfig => {
    const config = configuration.find(key);
    if (config !== undefined) return config;
    const message = `Cluster "${name}" is not in the configuration any more.`;
    throw coreErrors.unknownCluster({ message });
  };
  const resolved = (config: ClusterConfig): Promise<ResolvedCluster> =>
    resolveCluster(config, systemOf(config), lookup);

  /** Where a policy's backups lie; a vault takes no secret. */
  const placeOf = async (config: ClusterConfig): Promise<PolicyPlace> =>
    isHosted(config)
      ? { cluster: await resolved(config), mode: config.policy?.mode }
      : { vault: config.vault, cluster: config.name };

  return {
    clusters: () => configuration.clusters(),

    async backups(cluster) {
      const config = configOf(cluster);
      const place = await placeOf(config);
      return listings.within(folderOf(config), (signal) =>
        operations.policyBackups(place, context(signal)),
      );
    },

    async backUp(cluster, { schedule, since, before, heard }, signal) {
      const config = configOf(cluster);
      listings.refuseHanging(folderOf(config));
      return operations.scheduledBackup(
        {
          cluster: await resolved(config),
          schedule,
          since: since.toISOString(),
          mode: config.policy?.mode,
          before,
        },
        context(signal, heard),
      );
    },

    async prune(cluster, signal, known, heard) {
      const config = configOf(cluster);
      const { policy = {} } = config;
      listings.refuseHanging(folderOf(config));
      return operations.prune(
        { ...(await placeOf(config)), policy, known },
        context(signal, heard),
      );
    },

    async check(cluster, id, signal, heard) {
      const config = configOf(cluster);
      listings.refuseHanging(folderOf(config));
      return operations.scheduledCheck(
        {
          vault: config.vault,
          cluster: config.name,
          id,
          decryption: await decryptionOf(config),
          rate: (config.policy?.verify?.rate ?? RATE_MB) * 1e6,
          rhythm: config.policy?.verify,
        },
        context(signal, heard),
      );
    },

    async tidy(signal) {
      for (const [vault, clusters] of configuration.vaults()) {
        try {
          const [{ name: cluster } = { name: '' }] = clusters;
          await listings.within(vault, (limit) =>
            operations.policyBackups({ vault, cluster }, context(limit)),
          );
          const { adopted, removed } = await operations.tidyVault(
            { vault, clusters },
            context(signal),
          );
          for (const file of removed) log.info(`Removed what a crash left: ${file}.`);
          for (const id of adopted) log.info(`Adopted a file of the vault ${vault}: ${id}.`);
        } catch (error) {
          // One vault out of reach must not keep the others waiting.
          if (signal.aborted) throw error;
          const { code, message } = toErrorInfo(error);
          log.warn(`The vault ${vault} could not be cleaned up: ${message} [${code}]`);
        }
      }
    },
  };

  /** What opens a cluster's backups, and nothing else; where the key is elsewhere, there is nothing. */
  async function decryptionOf(config: ClusterConfig): Promise<DecryptionSecrets> {
    try {
      return (await resolved({ ...config, connection: withoutSecrets(config) })).decryption;
    } catch (error) {
      if (isClusterBackupError(error) && error.code === 'config.secretMissing') return {};
      throw error;
    }
  }
}

function systemOf({ name, system }: ClusterConfig): SystemDefinition {
  const found = systemById(system);
  if (found !== undefined) return found;
  throw coreErrors.unknownSystem({
    message: `Cluster "${name}" is of a system that is not known here: "${system}".`,
  });
}

function withoutSecrets(config: ClusterConfig): Record<string, unknown> {
  const { secretFields } = systemOf(config);
  const fields = Object.entries(config.connection);
  return Object.fromEntries(fields.filter(([field]) => !secretFields.includes(field)));
}

/** Where a policy's backups lie, in words. */
function folderOf(config: ClusterConfig): string {
  return isHosted(config) ? `the platform of "${config.name}"` : config.vault;
}

/** Whether the policy's backups stay on the platform's own side. */
function isHosted(config: ClusterConfig): boolean {
  const { modes } = systemOf(config).capabilities;
  const wanted = config.policy?.mode;
  const mode = wanted === undefined ? modes[0] : modes.find(({ id }) => id === wanted);
  return mode?.hosted === true;
}
