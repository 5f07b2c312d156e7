import { coreErrors } from '../../../core/errors';
import type { RunContext } from '../../../core/ports';
import { objectAt, picked } from '../../../snapshots/swarm/jsonValues';
import type { JsonObject } from '../../../snapshots/swarm/jsonValues';
import type { Definition } from '../../../snapshots/swarm/layout';
import type { ReachedEngines, SwarmConnections } from '../connections';
import { versionOf } from './applyObjects';
import { valueOf } from './expected';
import type { Source } from './model';
import { swarmSpec } from './swarmSpec';
import { poll } from './wait';
import type { Work } from './work';

/** Seconds until a new swarm has its leader. */
const LEADER_SECONDS = 60;

/**
 * Creates a swarm on the main engine, with the settings of the backup; not autolocked, as nobody would have the key.
 *
 * @returns the engines as they are then
 */
export async function createSwarm(
  swarm: SwarmConnections,
  { main }: ReachedEngines,
  definition: Definition,
  source: Source,
  address: string,
  context: RunContext,
): Promise<ReachedEngines> {
  const { signal } = context;
  const value = valueOf(definition);
  const pool = picked(value, 'DefaultAddrPool', 'SubnetSize', 'DataPathPort');
  await main.engine.json('/swarm/init', {
    method: 'POST',
    purpose: 'create a swarm',
    signal,
    timeout: LEADER_SECONDS,
    body: {
      ...used(pool),
      ListenAddr: '0.0.0.0:2377',
      AdvertiseAddr: address,
      Spec: swarmSpec(definition, source.names, {}),
    },
  });
  const reached = await poll(
    async () => {
      const now = await swarm.reach(signal, context.log);
      if (now.manager === undefined) return undefined;
      const nodes = await now.manager.engine.json<JsonObject[]>('/nodes', {
        purpose: 'list its nodes',
        signal,
      });
      const isReady = nodes.every((node) => objectAt(node, 'Status')['State'] === 'ready');
      return isReady ? now : undefined;
    },
    { seconds: LEADER_SECONDS, signal },
  );
  if (reached !== undefined) return reached;
  throw coreErrors.unexpected({
    message: `The swarm on ${main.node} was created, and has no leader after ${LEADER_SECONDS} seconds.`,
  });
}

/** Settings that say nothing are left to the engine. */
function used(value: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(value).filter(
      ([, item]) => item !== 0 && !(Array.isArray(item) && !item.length),
    ),
  );
}

/** Gives a swarm the settings of the backup; tokens and autolock stay. */
export async function updateSwarm({ definition, source, manager, context }: Work): Promise<string> {
  const { signal } = context;
  const live = await manager.json<JsonObject>('/swarm', { purpose: 'describe its swarm', signal });
  await manager.json('/swarm/update', {
    method: 'POST',
    query: { version: versionOf(live) },
    purpose: 'change the settings of the swarm',
    signal,
    body: swarmSpec(definition, source.names, objectAt(live, 'Spec')),
  });
  return 'The swarm has the settings of the backup.';
}
