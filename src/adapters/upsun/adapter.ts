import { coreErrors } from '../../core/errors';
import type { AdapterPlaces, ConnectedCluster, HostedAdapter } from '../../core/ports';
import { UpsunConnections } from './connection';

/** Upsun and Platform.sh: backups of a project's environments, over the REST API. */
export const createUpsunAdapter = (
  cluster: ConnectedCluster,
  _env: Readonly<Record<string, string | undefined>>,
  _places: AdapterPlaces,
): HostedAdapter => {
  const upsun = new UpsunConnections(cluster);
  const open = () => {
    throw coreErrors.unsupported({ message: 'Upsun is not supported yet.' });
  };
  return { status: open, inventory: open, hosted: open, close: () => upsun.close() };
};
