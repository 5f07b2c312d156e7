import type { ClusterConfig } from '../core/config/parse';
import { coreErrors } from '../core/errors';
import type { SystemDefinition } from '../core/ports';
import type { Cli } from './cli';

/**
 * Where backups are looked for that no vault holds: what the clusters keep on their platforms' side.
 *
 * @returns undefined where no cluster of the configuration does; it never fails
 */
export async function hostedHint(cli: Cli): Promise<string | undefined> {
  try {
    const { clusters } = await cli.configuration();
    const systems = await cli.services.systems();
    const keeping = clusters.filter((cluster) => keepsAll(systemOf(systems, cluster)));
    const [first, ...more] = keeping;
    if (first === undefined) return undefined;
    const also = more.length === 0 ? '' : ` (so do ${more.map(({ name }) => name).join(', ')})`;
    return `"${first.name}" keeps its backups on its own side${also}: "cluster-backup hosted list ${first.name}".`;
  } catch {
    return undefined;
  }
}

/** Said beside a list of what the vault has of a cluster. */
export async function hostedNote(
  cli: Cli,
  cluster: ClusterConfig | undefined,
): Promise<string | undefined> {
  if (cluster === undefined) return undefined;
  const system = systemOf(await cli.services.systems(), cluster);
  if (system === undefined || !keepsAll(system)) return undefined;
  const { exports } = system.capabilities;
  const here =
    exports === undefined ? 'Nothing of it comes' : `Only ${exports.plural.toLowerCase()} come`;
  return `${system.title} keeps its backups on its own side: "cluster-backup hosted list ${cluster.name}". ${here} into the vault.`;
}

/**
 * Nothing of a vault can be restored to a platform that keeps its backups itself.
 *
 * @throws `core.unsupported`
 */
export async function refuseHostedTarget(cli: Cli, cluster: ClusterConfig): Promise<void> {
  const system = systemOf(await cli.services.systems(), cluster);
  if (system === undefined || !keepsAll(system)) return;
  throw coreErrors.unsupported({
    message: `Nothing in a vault can be restored to ${system.title}: its backups lie on the platform's own side.`,
    next: `Use "cluster-backup hosted restore ${cluster.name} ID"; "cluster-backup hosted list ${cluster.name}" has the ids.`,
  });
}

function systemOf(systems: readonly SystemDefinition[], { system }: ClusterConfig) {
  return systems.find(({ id }) => id === system);
}

function keepsAll(system: SystemDefinition | undefined): boolean {
  return system?.capabilities.storage === 'hosted';
}
