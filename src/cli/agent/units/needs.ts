import type { ClusterConfig } from '../../../core/config/parse';
import { secretVariable } from '../../../core/config/secretReference';
import { secretNeeds, webhookNeeds } from '../../../core/config/secrets';
import type { SystemDefinition } from '../../../core/ports';

/** A secret that a service has to be given. */
export interface NeededSecret {
  /** The environment variable in which it is looked for; `<variable>_FILE` names a file with it. */
  variable: string;
  /** For the person. */
  title: string;
}

/** What the agent has to have where it runs, as its configuration says. */
export interface AgentNeeds {
  /** Names of the clusters that it looks after; empty: the configuration has no policy yet. */
  clusters: string[];
  /** Folders of the vaults: it writes there. */
  vaults: string[];
  /** Certificates and keys that it reads, as often as they are named. */
  files: string[];
  secrets: NeededSecret[];
}

/**
 * What the clusters with a policy need; what all of them need where none has one, for one may get it later.
 *
 * @param clusters as the agent will read them, for the paths are those of the place where it runs
 */
export function needsOf(
  clusters: readonly ClusterConfig[],
  systems: readonly SystemDefinition[],
): AgentNeeds {
  const kept = clusters.filter((cluster) => cluster.policy !== undefined);
  const needed = kept.length > 0 ? kept : clusters;
  const secrets = new Map<string, NeededSecret>();
  const files: string[] = [];
  for (const cluster of needed) {
    const system = systems.find(({ id }) => id === cluster.system);
    if (system === undefined) continue;
    files.push(...pathsOf(cluster, system));
    for (const { reference, title } of [
      ...secretNeeds(cluster, system),
      ...webhookNeeds(cluster),
    ]) {
      const variable = 'env' in reference ? reference.env : secretVariable(reference.secret);
      if (!secrets.has(variable)) secrets.set(variable, { variable, title });
    }
  }
  return {
    clusters: kept.map(({ name }) => name),
    vaults: [...new Set(needed.map(({ vault }) => vault))],
    files,
    secrets: [...secrets.values()],
  };
}

function pathsOf({ connection, encryption }: ClusterConfig, system: SystemDefinition): string[] {
  const keys =
    typeof encryption === 'object' && 'publicKeys' in encryption
      ? [...encryption.publicKeys, encryption.privateKeyFile]
      : [];
  const values = system.pathFields.flatMap((field) => {
    const [list = '', inner] = field.split('[].');
    const value = connection[list];
    if (inner === undefined) return [value];
    return Array.isArray(value) ? value.map((each: Record<string, unknown>) => each[inner]) : [];
  });
  return [...values, ...keys].filter((path) => typeof path === 'string');
}
