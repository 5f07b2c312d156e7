import { coreErrors } from '../../core/errors';
import type { AdapterPlaces, ConnectedCluster, HostedAdapter } from '../../core/ports';
import { dcosConnectionSchema } from './definition';

/** DC/OS Enterprise: its backup service, and Marathon beside it. */
export const createDcosAdapter = (
  cluster: ConnectedCluster,
  _env: Readonly<Record<string, string | undefined>>,
  _places: AdapterPlaces,
): HostedAdapter => {
  dcosConnectionSchema.parse(cluster.connection);
  const open = () => {
    throw coreErrors.unsupported({ message: 'DC/OS is not supported yet.' });
  };
  return { status: open, inventory: open, hosted: open, close: () => Promise.resolve() };
};
