import type { PolicyPlace } from '../compose/policyOperations';
import type { SecretLookup } from '../core/config/secrets';
import { isHostedMode, whyNothingGoesThere } from '../core/policy/hostedMode';
import type { ClusterEntry, ClusterStore } from './store/clusterStore';

type Pruned = Pick<ClusterEntry, 'definition' | 'config'>;

/** Whether what a cluster's policy is about lies on the platform's own side, not in the vault. */
export function prunesOnPlatform({ definition, config }: Pruned): boolean {
  return isHostedMode({ definition }, config.policy?.mode);
}

/** Whether a policy may let go of anything of a cluster: some platforms keep that to themselves. */
export function prunes({ definition, config }: Pruned): boolean {
  if (config.policy === undefined) return false;
  return !prunesOnPlatform({ definition, config }) || whyNothingGoesThere(definition) === undefined;
}

/**
 * Where what a cluster's policy is about lies. A platform has to be asked, for which secrets may be needed; a vault has
 * not.
 *
 * @throws `config.secretMissing`
 */
export async function prunePlace(
  store: Pick<ClusterStore, 'resolve'>,
  entry: ClusterEntry,
  lookup: SecretLookup,
): Promise<PolicyPlace> {
  const { name, vault, policy } = entry.config;
  if (!prunesOnPlatform(entry)) return { vault, cluster: name };
  return { cluster: await store.resolve(entry, lookup), mode: policy?.mode };
}
