import type { AdapterPlaces, ConnectedCluster, HostedAdapter } from '../../core/ports';
import { planDcosBackup } from './backupPlan';
import { DcosConnections } from './connections';
import { exportGroups, liveText } from './export';
import { readContents } from './exportContents';
import { hostedBackups } from './hosted';
import { countInventory, readStatus } from './status';

/** DC/OS Enterprise: its backup service, and Marathon beside it. */
export const createDcosAdapter = (
  cluster: ConnectedCluster,
  _env: Readonly<Record<string, string | undefined>>,
  { state }: AdapterPlaces,
): HostedAdapter => new DcosAdapter(new DcosConnections(cluster, state));

class DcosAdapter implements HostedAdapter {
  constructor(private readonly dcos: DcosConnections) {}

  readonly status: HostedAdapter['status'] = (context) => readStatus(this.dcos, context);

  readonly inventory: HostedAdapter['inventory'] = (context) => countInventory(this.dcos, context);

  readonly planBackup: NonNullable<HostedAdapter['planBackup']> = (request, context) =>
    planDcosBackup(this.dcos, request, context);

  readonly backup: NonNullable<HostedAdapter['backup']> = (_request, context) =>
    exportGroups(this.dcos, context);

  readonly contents: NonNullable<HostedAdapter['contents']> = (context) =>
    readContents(this.dcos, context);

  readonly liveText: NonNullable<HostedAdapter['liveText']> = (id, context) =>
    liveText(this.dcos, id, context);

  readonly hosted: HostedAdapter['hosted'] = () => hostedBackups(this.dcos);

  readonly close: HostedAdapter['close'] = () => this.dcos.close();
}
