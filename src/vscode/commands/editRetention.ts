import { coreErrors } from '../../core/errors';
import { showRetention } from '../panels/retentionPanel';
import type { Services } from '../services';
import type { ClusterEntry } from '../store/clusterStore';
import { chooseCluster } from './choose';
import type { ClusterArgument } from './choose';

/** *Edit Retention on the Platform…*: how long a platform keeps its backups, shown and changed. */
export async function editRetention(services: Services, argument?: ClusterArgument): Promise<void> {
  const question = 'How long are backups kept, of which cluster?';
  const entry = await chooseCluster(services, argument, question, hasRetention);
  if (entry === undefined) return;
  if (!hasRetention(entry)) {
    throw coreErrors.unsupported({
      message: `${entry.definition.title} has no settings of its own that say how long backups are kept.`,
    });
  }
  await showRetention(services, entry);
}

function hasRetention({ definition }: ClusterEntry): boolean {
  return definition.capabilities.retention === true;
}
