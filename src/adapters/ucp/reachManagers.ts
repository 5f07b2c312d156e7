import type { RunContext } from '../../core/ports';
import type { NodeEngine, ReachedEngines } from '../swarm/connections';
import { hasQuorum, nodesSchema } from '../swarm/recovery/survey';
import type { NodeEntry } from '../swarm/recovery/survey';
import type { UcpConnections } from './connections';

/** Seconds; a manager that has lost its leader takes 20 to say so. */
const PATIENCE = 25;

/** The engines that answer, told apart by what they are to a restore. */
export interface ReachedManagers {
  /** The one that is worked on. */
  target: NodeEngine;
  reached: ReachedEngines;
  /** Those in the target's swarm, the target first; the target alone where it is in none. */
  members: NodeEngine[];
}

/**
 * The engines of the entry that answer, and the one that a restore works on: a manager with a quorum before one without,
 * and any manager before an engine in no swarm, which would become a second one. After a disaster the entry's main
 * engine may be one that is gone.
 *
 * @throws `docker.*` where no engine answers; `swarm.wrongNode`, `swarm.otherCluster`
 */
export async function reachManagers(
  { engines }: UcpConnections,
  { signal, log }: Pick<RunContext, 'signal' | 'log'>,
): Promise<ReachedManagers> {
  const reached = await engines.reach(signal, log, { anyMain: true });
  const managers = await Promise.all(
    reached.all
      .filter(({ manager }) => manager)
      .map(async (one) => ({ one, nodes: await nodesOf(one, signal) })),
  );
  signal.throwIfAborted();
  const leading = managers.find(({ nodes }) => nodes !== undefined && hasQuorum({ nodes }));
  const target = leading?.one ?? reached.manager ?? reached.main;
  const ids = new Set((leading?.nodes ?? []).map(({ ID }) => ID));
  const others = reached.all.filter(
    (one) => one !== target && one.nodeId !== undefined && ids.has(one.nodeId),
  );
  return { target, reached, members: [target, ...others] };
}

/** The nodes that an engine knows; undefined where it finds no leader. */
function nodesOf({ engine }: NodeEngine, signal: AbortSignal): Promise<NodeEntry[] | undefined> {
  const ask = { purpose: 'list the nodes of its swarm', signal, timeout: PATIENCE };
  return engine.json('/nodes', ask, nodesSchema).catch(() => undefined);
}
