import type { ClusterConfig } from '../core/config/parse';
import type { Cli } from './cli';
import { cliErrors } from './cliErrors';
import { clusterNamed, invalid } from './configuration';

/**
 * The cluster of that name, or every one with a policy.
 *
 * @param options.without takes a cluster without a policy, too
 * @throws `cli.usage`, `core.unknownCluster`, `config.invalid` where its policy is no good
 */
export async function clustersWithPolicy(
  cli: Cli,
  name: string | undefined,
  { all, without = false }: { all: boolean; without?: boolean },
): Promise<ClusterConfig[]> {
  if (all === (name !== undefined)) {
    throw cliErrors.usage({
      message: all ? 'A cluster and --all exclude each other.' : 'No cluster was named.',
      next: 'Name a cluster, or give --all for every one with a policy.',
    });
  }
  const configuration = await cli.configuration();
  const { file, clusters, problems } = configuration;
  const broken = problems.find(({ cluster }) => all || cluster === name);
  if (broken !== undefined) throw invalid(file, broken);
  if (name === undefined) {
    const found = clusters.filter(({ policy }) => policy !== undefined);
    if (found.length > 0) return found;
    throw cliErrors.usage({
      message: `No cluster of ${file} has a policy.`,
      next: 'Add "policy" to the file, or to a cluster.',
    });
  }
  const cluster = clusterNamed(configuration, name);
  if (cluster.policy !== undefined || without) return [cluster];
  throw cliErrors.usage({
    message: `Cluster "${name}" has no policy.`,
    next: 'Add "policy" to its entry, or to the file.',
  });
}
