import type { ClusterConfig } from '../../core/config/parse';
import { toErrorInfo } from '../../core/errors';
import type { Log } from '../../core/ports';
import type { OperationsClient } from '../../workers/operationsClient';

/**
 * Adopts what was dropped into the clusters' vaults and cleans up after crashes, in the worker. A vault where that
 * fails is told of in the log.
 *
 * @param onAdopted called for each vault that has new backups by it
 */
export async function tidyVaults(
  clusters: readonly ClusterConfig[],
  client: Pick<OperationsClient, 'call'>,
  log: Log,
  onAdopted: () => Promise<void>,
): Promise<void> {
  for (const [vault, those] of byVault(clusters)) {
    try {
      const of = those.map(({ name, system }) => ({ name, system }));
      const { adopted, removed } = await client.call('tidyVault', { vault, clusters: of });
      for (const path of adopted) log.info(`Adopted ${path}.`);
      for (const path of removed) log.info(`Removed what a crash left: ${path}.`);
      if (adopted.length > 0) await onAdopted();
    } catch (error) {
      log.warn(`Tidying ${vault}: ${toErrorInfo(error).message}`);
    }
  }
}

function byVault(clusters: readonly ClusterConfig[]): Map<string, ClusterConfig[]> {
  const groups = new Map<string, ClusterConfig[]>();
  for (const cluster of clusters) {
    const group = groups.get(cluster.vault);
    if (group === undefined) groups.set(cluster.vault, [cluster]);
    else group.push(cluster);
  }
  return groups;
}
