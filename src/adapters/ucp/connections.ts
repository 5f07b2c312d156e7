import { basename, join } from 'node:path';
import type { ConnectedCluster } from '../../core/ports';
import { SwarmConnections } from '../swarm/connections';
import type { Environment } from '../swarm/connections';
import { swarmConnectionSchema } from '../swarm/definition';
import { ucpConnectionSchema } from './definition';
import type { UcpConnection } from './definition';

/** The engines of the managers of one cluster, and what its entry says besides. */
export class UcpConnections {
  readonly connection: UcpConnection;
  /** UCP runs on a swarm: its managers are the swarm's. */
  readonly engines: SwarmConnections;

  constructor(
    readonly cluster: ConnectedCluster,
    readonly env: Environment,
    /** Folder of this user's state. */
    readonly state: string,
  ) {
    this.connection = ucpConnectionSchema.parse(cluster.connection);
    const { timeouts, ...fields } = this.connection;
    const { connect, headers, idle } = timeouts;
    const entry = { ...fields, timeouts: { connect, headers, idle } };
    const connection = swarmConnectionSchema.parse(entry);
    this.engines = new SwarmConnections({ ...cluster, connection }, env, state);
  }

  /** Folder of the journals of runs of the product's container. */
  get journals(): string {
    return join(this.state, 'ucp', basename(this.engines.journals));
  }

  close(): Promise<void> {
    return this.engines.close();
  }
}
