import type { AdapterPlaces, ConnectedCluster, ItemisedAdapter } from '../../core/ports';
import { startBackup } from './backup';
import { SwarmConnections } from './connections';
import type { Environment } from './connections';
import { readContents } from './contents';
import { liveText } from './liveText';
import { readRecovery, takeRecoveryStep } from './recovery/recovery';
import { applyChanges } from './restore/apply';
import { planChanges } from './restore/plan';
import { interruptedRuns, resumeRuns } from './resume';
import { countDefinitions, readStatus } from './status';

/** Docker Swarm through the Engine API. The environment is the one of Docker's own tool. */
export const createSwarmAdapter = (
  cluster: ConnectedCluster,
  env: Environment,
  places: AdapterPlaces,
): ItemisedAdapter => new SwarmAdapter(new SwarmConnections(cluster, env, places.state));

class SwarmAdapter implements ItemisedAdapter {
  constructor(private readonly swarm: SwarmConnections) {}

  readonly status: ItemisedAdapter['status'] = (context) => readStatus(this.swarm, context);

  readonly inventory: ItemisedAdapter['inventory'] = (context) =>
    countDefinitions(this.swarm, context);

  readonly contents: NonNullable<ItemisedAdapter['contents']> = (context) =>
    readContents(this.swarm, context);

  readonly liveText: NonNullable<ItemisedAdapter['liveText']> = (id, context) =>
    liveText(this.swarm, id, context);

  readonly backup: ItemisedAdapter['backup'] = (request, context) =>
    startBackup(this.swarm, request, context);

  readonly interrupted: NonNullable<ItemisedAdapter['interrupted']> = () =>
    interruptedRuns(this.swarm);

  readonly resume: NonNullable<ItemisedAdapter['resume']> = (context) =>
    resumeRuns(this.swarm, context);

  readonly planChanges: ItemisedAdapter['planChanges'] = (request, context) =>
    planChanges(this.swarm, request, context);

  readonly applyChanges: ItemisedAdapter['applyChanges'] = (request, context) =>
    applyChanges(this.swarm, request, context);

  readonly recovery: NonNullable<ItemisedAdapter['recovery']> = (context) =>
    readRecovery(this.swarm, context);

  readonly recover: NonNullable<ItemisedAdapter['recover']> = (step, answers, context) =>
    takeRecoveryStep(this.swarm, step, answers, context);

  readonly close: ItemisedAdapter['close'] = () => this.swarm.close();
}
