import { coreErrors } from '../../core/errors';
import { showRecovery } from '../panels/recoveryPanel';
import type { Services } from '../services';
import { chooseCluster } from './choose';
import type { ClusterArgument } from './choose';

/** *Recover Cluster…*: the guided walk back from lost quorum, for systems that have one. */
export async function recoverCluster(
  services: Services,
  argument?: ClusterArgument,
): Promise<void> {
  const able = services.store.entries.filter((e) => e.definition.capabilities.recovery === true);
  const [only] = able;
  const entry =
    argument?.entry === undefined && able.length === 1 && only !== undefined
      ? only
      : await chooseCluster(services, argument, 'Recover which cluster?');
  if (entry === undefined) return;
  if (entry.definition.capabilities.recovery !== true) {
    throw coreErrors.unsupported({
      message: `${entry.definition.title} has no guided recovery.`,
      next: 'Restore a backup into the cluster instead.',
    });
  }
  await showRecovery(services, entry);
}
