import { join } from 'node:path';
import { startEngine } from '../../../src/sandbox/parts/dockerEngine';
import type { RunningEngine } from '../../../src/sandbox/parts/dockerEngine';
import { runInNode } from '../../../src/sandbox/parts/dockerNode';
import { startRelay } from '../../../src/sandbox/parts/relay';
import { startUcpApi } from '../../standins/ucp/apiServer';
import type { UcpApiServer } from '../../standins/ucp/apiServer';
import { importUcp, installUcp } from '../../standins/ucp/image';

/** Folder for backups of the API; only the manager has it. */
const FOLDER = '/srv/ucp';

export interface UcpWindow {
  /** MKE 3.8.1 with its HTTP API. */
  prod: RunningEngine;
  /** UCP 3.1.9, which stops for a backup. */
  old: RunningEngine;
  /** In no swarm; it has the image of MKE 3.8.1. */
  spare: RunningEngine;
  api: UcpApiServer;
  /** Entries of a configuration file. */
  clusters: Record<'prod' | 'old' | 'spare', Record<string, unknown>>;
  stop: () => Promise<void>;
}

/** Three stand-ins of the product for what is shown of such. They are asked from the network of `prod`. */
export async function startUcpWindow(): Promise<UcpWindow> {
  const undo: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const step of undo.reverse()) await step();
    undo.length = 0;
  };
  const start = async (hostname: string): Promise<RunningEngine> => {
    const engine = await startEngine({ hostname });
    undo.push(() => engine.stop());
    return engine;
  };
  try {
    const [prod, old, spare] = await Promise.all([start('node1'), start('old1'), start('spare1')]);
    await Promise.all([
      installUcp(prod, '3.8.1', { sans: ['ucp.example.com'] }),
      installUcp(old, '3.1.9'),
      importUcp(spare, '3.8.1'),
    ]);
    await runInNode(
      prod.node,
      ...['sh', '-ec', 'mount -t tmpfs srv /srv; mkdir -m 777 "$1"', 'sh', FOLDER],
    );
    const api = await startUcpApi({
      folder: join(prod.folder, 'api'),
      engine: prod,
      version: '3.8.1',
    });
    undo.push(() => api.close());
    // The product has API and controllers on one port; the stand-ins are brought together here.
    const port = Number(new URL(api.address).port);
    const network = prod.node.pid;
    const toApi = await startRelay(prod.folder, { network, port }, { port });
    undo.push(toApi.stop);
    const toController = await startRelay(
      prod.folder,
      { network, port, address: prod.address },
      { network, port: 443, address: prod.address },
    );
    undo.push(toController.stop);
    const common = { system: 'ucp', timeouts: { healthy: 120, uninstall: 120 } };
    return {
      ...{ prod, old, spare, api, stop },
      clusters: {
        prod: {
          ...common,
          host: prod.host,
          apiAddress: api.address,
          apiUser: api.admin.user,
          apiPassword: { secret: 'ucp-admin' },
          apiCaFile: api.caFile,
          apiFolder: FOLDER,
        },
        old: { ...common, host: old.host },
        spare: { ...common, host: spare.host },
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
