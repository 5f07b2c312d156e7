import * as z from 'zod';
import type { RunContext } from '../../core/ports';
import type { NodeEngine } from '../swarm/connections';
import { nodeSchema } from '../swarm/wire';
import type { SwarmNode } from '../swarm/wire';
import { lookInstalled, isInstalled } from './installed';
import { ping } from './ping';
import type { Pinged } from './ping';
import type { SwarmManager } from './restoreFacts';
import { swarmManager } from './swarmMembership';

/** Service of the product that runs on every node which it has taken in. */
const AGENT_SERVICE = 'ucp-agent';
const PORT = 443;

const tasksSchema = z.array(z.looseObject({ NodeID: z.string().nullish() })).nullable();

/** A manager, and how its controller answers. */
export interface PingedManager extends SwarmManager {
  answer: Pinged;
}

export interface ManagersHealth {
  /** Those that have the product and are there: they have to be healthy. */
  expected: PingedManager[];
  /** Managers that are down, or have nothing of the product on them, with the reason. */
  left: { name: string; why: string }[];
}

/** The port of the controllers: the one of the entry's `apiAddress`, else 443. */
export function controllerPort(apiAddress: string | undefined): number {
  const port = apiAddress === undefined ? '' : new URL(apiAddress).port;
  return port === '' ? PORT : Number(port);
}

/**
 * Asks every manager of the swarm that has the product on it whether it is healthy. Others join by themselves or are
 * joined anew (docker/docs ee/admin/restore/restore-ucp.md), and a machine that is down can't be healthy: they are told.
 *
 * @param target the engine that is asked for the managers, `members` those that are looked at
 * @param ca PEM of the authorities that count
 */
export async function managersHealth(
  { target, members, port }: { target: NodeEngine; members: readonly NodeEngine[]; port: number },
  ca: readonly string[],
  context: Pick<RunContext, 'signal'>,
): Promise<ManagersHealth> {
  const { signal } = context;
  const ask = { signal, timeout: 25 };
  const nodes = await target.engine.json(
    '/nodes',
    { ...ask, purpose: 'list its nodes' },
    z.array(nodeSchema),
  );
  const withProduct = await nodesWithProduct(target, members, context);
  const health: ManagersHealth = { expected: [], left: [] };
  await Promise.all(
    nodes
      .filter((node) => node.Spec.Role === 'manager')
      .map(async (node) => {
        const manager = swarmManager(node);
        const why = whyLeft(node, manager, withProduct);
        if (why !== undefined) {
          health.left.push({ name: manager.name, why });
          return;
        }
        const answer = await ping({ address: manager.address, port }, ca, signal);
        health.expected.push({ ...manager, answer });
      }),
  );
  return health;
}

function whyLeft(
  { ID }: SwarmNode,
  { isUp, address }: SwarmManager,
  withProduct: ReadonlySet<string>,
): string | undefined {
  if (!isUp) return 'down in the swarm';
  if (!withProduct.has(ID)) return 'has nothing of the product on it';
  return address === '' ? 'the swarm does not say its address' : undefined;
}

/** Ids of nodes that the product runs on, or is about to: by its agent's tasks, or by what an engine has. */
async function nodesWithProduct(
  target: NodeEngine,
  members: readonly NodeEngine[],
  context: Pick<RunContext, 'signal'>,
): Promise<Set<string>> {
  const { signal } = context;
  const filters = JSON.stringify({ service: [AGENT_SERVICE], 'desired-state': ['running'] });
  const [tasks, ...found] = await Promise.all([
    // A service that is not there is answered with 404 by some versions.
    target.engine
      .json('/tasks', { query: { filters }, purpose: 'list its tasks', signal }, tasksSchema)
      .catch(() => []),
    ...members.map(async ({ engine, nodeId }) =>
      isInstalled(await lookInstalled(engine, context)) ? nodeId : undefined,
    ),
  ]);
  signal.throwIfAborted();
  const ids = [...(tasks ?? []).map(({ NodeID }) => NodeID), ...found];
  return new Set(ids.filter((id): id is string => typeof id === 'string' && id !== ''));
}
