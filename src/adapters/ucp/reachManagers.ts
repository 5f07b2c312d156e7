import type { RunContext } from '../../core/ports';
import type { NodeEngine, ReachedEngines } from '../swarm/connections';
import { hasQuorum, nodesSchema } from '../swarm/recovery/survey';
import type { NodeEntry } from '../swarm/recovery/survey';
import type { UcpConnections } from './connections';
import { isInstalled, lookInstalled } from './installed';
import { productImages, repositoryFor } from './productImages';

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
 * The engines of the entry that answer, and the one that a restore works on: a manager with a quorum before one without
 * (of several the one that has the product, else an image of it), and any manager before an engine in no swarm, which would become a second one. After a disaster the entry's main
 * engine may be one that is gone.
 *
 * @throws `docker.*` where no engine answers; `swarm.wrongNode`, `swarm.otherCluster`
 */
export async function reachManagers(
  { engines, connection }: UcpConnections,
  context: Pick<RunContext, 'signal' | 'log'>,
): Promise<ReachedManagers> {
  const { signal, log } = context;
  const reached = await engines.reach(signal, log, { anyMain: true });
  const managers = await Promise.all(
    reached.all
      .filter(({ manager }) => manager)
      .map(async (one) => ({ one, nodes: await nodesOf(one, signal) })),
  );
  signal.throwIfAborted();
  const able = managers.filter(({ nodes }) => nodes !== undefined && hasQuorum({ nodes }));
  const leading = await fittest(able, connection.image, context);
  const target = leading?.one ?? reached.manager ?? reached.main;
  const ids = new Set((leading?.nodes ?? []).map(({ ID }) => ID));
  const others = reached.all.filter(
    (one) => one !== target && one.nodeId !== undefined && ids.has(one.nodeId),
  );
  return { target, reached, members: [target, ...others] };
}

/** Where the product is, its image is too. */
async function fittest<T extends { one: NodeEngine }>(
  able: readonly T[],
  image: string | undefined,
  context: Pick<RunContext, 'signal'>,
): Promise<T | undefined> {
  if (able.length < 2) return able[0];
  const ranks = await Promise.all(
    able.map(async ({ one: { engine } }) => {
      if (isInstalled(await lookInstalled(engine, context))) return 2;
      const repositoryOf = (version: string) => repositoryFor(version, image);
      return (await productImages(engine, repositoryOf, context)).length > 0 ? 1 : 0;
    }),
  );
  return able[ranks.indexOf(Math.max(...ranks) as 0 | 1 | 2)];
}

/** The nodes that an engine knows; undefined where it finds no leader. */
function nodesOf({ engine }: NodeEngine, signal: AbortSignal): Promise<NodeEntry[] | undefined> {
  const ask = { purpose: 'list the nodes of its swarm', signal, timeout: PATIENCE };
  return engine.json('/nodes', ask, nodesSchema).catch(() => undefined);
}
