import type { ConnectedCluster } from '../../core/ports';
import type { HttpSettings } from '../http';
import { trusting } from '../caFile';
import { UpsunApi } from './api';
import { upsunConnectionSchema } from './definition';
import { upsunErrors } from './errors';

/** While *Add Cluster* still asks, there is no project yet. */
const partialSchema = upsunConnectionSchema.partial({ project: true, token: true });

/** One project's connection: opened when first used, shared by all parts of the adapter. */
export class UpsunConnections {
  readonly connection;
  #api: Promise<UpsunApi> | undefined;

  constructor(readonly cluster: ConnectedCluster) {
    this.connection = partialSchema.parse(cluster.connection);
  }

  /** Milliseconds an activity may stay as it is. */
  get silence(): number {
    return this.connection.timeouts.silence * 1000;
  }

  /** @throws `upsun.badConnection`, `http.badCaFile` */
  api(): Promise<UpsunApi> {
    return (this.#api ??= this.#open());
  }

  async close(): Promise<void> {
    const opened = this.#api;
    this.#api = undefined;
    const api = await opened?.catch(() => undefined);
    await api?.close();
  }

  async #open(): Promise<UpsunApi> {
    const { name, secrets } = this.cluster;
    const { apiAddress, authAddress, caFile, timeouts, parallel, project } = this.connection;
    const token = secrets['token'] ?? '';
    if (token === '') {
      throw upsunErrors.badConnection({
        message: `The entry of "${name}" gives no API token: \`token\` is missing, or what it refers to is empty.`,
      });
    }
    const where = `Upsun "${name}" at ${apiAddress}`;
    const tls = await trusting(where, caFile);
    const settings = (address: string): HttpSettings => {
      const { origin, pathname } = new URL(address);
      return {
        origin,
        pathPrefix: pathname.replace(/\/+$/, ''),
        headers: { accept: 'application/json' },
        tls,
        timeouts: {
          connect: timeouts.connect * 1000,
          headers: timeouts.headers * 1000,
          idle: timeouts.idle * 1000,
        },
        connections: parallel,
        where: `Upsun "${name}" at ${address}`,
      };
    };
    return new UpsunApi({
      api: settings(apiAddress),
      auth: settings(authAddress),
      token,
      project,
      cluster: name,
    });
  }
}
