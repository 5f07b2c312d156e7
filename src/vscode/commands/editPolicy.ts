import { showPolicy } from '../panels/policyPanel';
import type { Services } from '../services';
import { chooseCluster } from './choose';
import type { ClusterArgument } from './choose';

/** *Edit Policy…*: when a cluster's backups are made, how long they are kept, how often they are checked. */
export async function editPolicy(services: Services, argument?: ClusterArgument): Promise<void> {
  const entry = await chooseCluster(services, argument, 'Edit the policy of which cluster?');
  if (entry !== undefined) await showPolicy(services, entry);
}
