import type { AdapterPlaces, ConnectedCluster, HostedAdapter } from '../../core/ports';
import { planUpsunBackup } from './backupPlan';
import { UpsunConnections } from './connection';
import { upsunContents } from './contents';
import { upsunOptions } from './finding';
import { hostedBackups } from './hosted';
import { UpsunRetention } from './retention';
import { upsunInventory, upsunStatus } from './status';

/** Upsun and Platform.sh: backups of a project's environments, over the REST API. */
export const createUpsunAdapter = (
  cluster: ConnectedCluster,
  _env: Readonly<Record<string, string | undefined>>,
  _places: AdapterPlaces,
): HostedAdapter => {
  const upsun = new UpsunConnections(cluster);
  return {
    status: (context) => upsunStatus(upsun, context),
    inventory: (context) => upsunInventory(upsun, context),
    contents: (context) => upsunContents(upsun, context),
    planBackup: (request, context) => planUpsunBackup(upsun, request, context),
    hosted: () => hostedBackups(upsun),
    retention: () => new UpsunRetention(upsun),
    setupOptions: (field, context) => upsunOptions(upsun, field, context),
    close: () => upsun.close(),
  };
};
