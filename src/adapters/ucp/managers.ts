import * as z from 'zod';
import type { RunContext } from '../../core/ports';
import { isOlder } from '../docker/wire';
import type { DockerEngine } from '../docker/engine';
import type { NodeEngine, ReachedEngines } from '../swarm/connections';
import { nodeNames } from '../swarm/nodeNames';
import { saysLeaderless } from '../swarm/status';
import { nodeSchema } from '../swarm/wire';
import type { SwarmNode } from '../swarm/wire';
import { listText } from '../swarm/words';
import type { UcpConnections } from './connections';
import { ucpErrors } from './errors';
import { listedSchema, nameOf } from './wire';

/** The container that makes a manager one of UCP's, and its label with the version. */
const CONTROLLER = 'ucp-controller';
const VERSION_LABEL = 'com.docker.ucp.version';
/** Seconds that a swarm without a leader may take to say so. */
const LEADERLESS = 15;

/** The product's controller on a manager. */
export interface Controller {
  /** As its label says; undefined where it has none. */
  version: string | undefined;
  /** "Up 3 hours (healthy)", "Exited (1) 2 days ago". */
  status: string;
  running: boolean;
  healthy: boolean;
}

/** A manager of the swarm that the product runs on. */
export interface UcpManager {
  name: string;
  /** As the swarm has it. */
  node: SwarmNode | undefined;
  leader: boolean;
  /** The swarm reaches it. */
  reachable: boolean;
  /** Undefined where no engine of the entry is its. */
  engine: NodeEngine | undefined;
  controller: Controller | undefined;
}

export interface UcpManagers {
  reached: ReachedEngines;
  /** Those of the entry first and in its order; then what else the swarm knows. */
  managers: UcpManager[];
  /** All nodes of the swarm; undefined where it can't be asked. */
  nodes: SwarmNode[] | undefined;
  /** The instance: UCP has the swarm's id. */
  instance: string | undefined;
  /** As the controllers say; the newest where they differ. */
  version: string | undefined;
}

/** Asks the engines which of them are managers with the product on them. */
export async function readManagers(
  connections: UcpConnections,
  { signal, log }: RunContext,
): Promise<UcpManagers> {
  const reached = await connections.engines.reach(signal, log, { anyMain: true });
  const [nodes, controllers] = await Promise.all([
    readNodes(reached, signal),
    Promise.all(reached.all.map(({ engine }) => readController(engine, signal))),
  ]);
  const names = nodeNames(nodes ?? []);
  const own = reached.all.map((engine, index): UcpManager => {
    const node = nodes?.find(({ ID }) => ID === engine.nodeId);
    return {
      name: (node === undefined ? undefined : names.get(node.ID)) ?? engine.node,
      ...stateOf(node),
      engine,
      controller: controllers[index],
    };
  });
  const others = (nodes ?? [])
    .filter(({ ID }) => !reached.all.some(({ nodeId }) => nodeId === ID))
    .filter(({ ManagerStatus }) => ManagerStatus !== undefined)
    .map((node): UcpManager => ({
      name: names.get(node.ID) ?? node.ID,
      ...stateOf(node),
      engine: undefined,
      controller: undefined,
    }));
  const isManager = ({ engine, controller }: UcpManager) =>
    engine?.manager === true || controller !== undefined || engine === reached.main;
  const versions = controllers.flatMap((one) => one?.version ?? []);
  return {
    reached,
    managers: [...own.filter(isManager), ...others],
    nodes,
    instance: reached.all.find(({ clusterId }) => clusterId !== undefined)?.clusterId,
    version: versions.sort((a, b) => (isOlderVersion(a, b) ? 1 : -1))[0],
  };
}

/** Whether it can take a backup, and why it should not where it should not. */
export function hindrance(manager: UcpManager): string | undefined {
  const { name, engine, controller, reachable } = manager;
  if (engine === undefined) return `no engine of the entry is the one of ${name}`;
  if (controller === undefined) return `on ${name} there is no container ${CONTROLLER}`;
  if (!controller.running) return `${CONTROLLER} on ${name} does not run: ${controller.status}`;
  if (!controller.healthy) return `${CONTROLLER} on ${name} is not healthy: ${controller.status}`;
  return reachable ? undefined : `the swarm does not reach ${name}`;
}

/** A manager with the product on it, at an engine of the entry. */
export interface Candidate extends UcpManager {
  engine: NodeEngine;
  controller: Controller;
}

/** Those that could take a backup: the best first. */
export function candidates({ managers }: Pick<UcpManagers, 'managers'>): Candidate[] {
  const rank = (one: UcpManager) => (hindrance(one) === undefined ? 0 : 2) + (one.leader ? 1 : 0);
  return managers.filter(isCandidate).sort((a, b) => rank(a) - rank(b));
}

/**
 * The one that takes the backup: a healthy one, not the leader where there is a choice, in the entry's order.
 *
 * @param on the one that was asked for
 * @throws `ucp.unknownManager`, `ucp.noManager`, `ucp.notInstalled`
 */
export function pick(found: UcpManagers, on: string | undefined): Candidate {
  const all = candidates(found);
  if (on === undefined) {
    const [best] = all;
    if (best !== undefined) return best;
    throw ucpErrors.notInstalled({
      message: `UCP is not installed on ${listText(found.reached.all.map(({ node }) => node))}: there is no container ${CONTROLLER}.`,
    });
  }
  const asked = found.managers.find(({ name, engine }) => name === on || engine?.node === on);
  if (asked === undefined) {
    const known = found.managers.map(({ name }) => name);
    throw ucpErrors.unknownManager({
      message: `There is no manager "${on.slice(0, 100)}" in this cluster.`,
      next: `Name one of: ${known.join(', ')}.`,
    });
  }
  if (isCandidate(asked)) return asked;
  throw ucpErrors.noManager({
    message: `The backup can't be taken on ${on}: ${hindrance(asked) ?? 'nothing is known of it'}.`,
  });
}

function isCandidate(manager: UcpManager): manager is Candidate {
  return manager.engine !== undefined && manager.controller !== undefined;
}

function stateOf(node: SwarmNode | undefined): Pick<UcpManager, 'node' | 'leader' | 'reachable'> {
  const manager = node?.ManagerStatus;
  return {
    node,
    leader: manager?.Leader === true,
    reachable: manager === undefined || manager.Reachability === 'reachable',
  };
}

async function readNodes(
  { manager }: ReachedEngines,
  signal: AbortSignal,
): Promise<SwarmNode[] | undefined> {
  if (manager === undefined) return undefined;
  try {
    const request = { purpose: 'list its nodes', signal, timeout: LEADERLESS };
    return await manager.engine.json('/nodes', request, z.array(nodeSchema));
  } catch (error) {
    if (saysLeaderless(error)) return undefined;
    throw error;
  }
}

async function readController(
  engine: DockerEngine,
  signal: AbortSignal,
): Promise<Controller | undefined> {
  const filters = JSON.stringify({ name: [CONTROLLER] });
  const request = { query: { all: true, filters }, purpose: 'look for UCP', signal };
  const list = await engine.json('/containers/json', request, listedSchema);
  const found = list.find((one) => nameOf(one) === CONTROLLER);
  if (found === undefined) return undefined;
  const status = found.Status ?? found.State ?? 'unknown';
  const running = found.State === 'running';
  return {
    version: found.Labels?.[VERSION_LABEL] || undefined,
    status,
    running,
    healthy: running && !/\((unhealthy|health: starting)\)/.test(status),
  };
}

function isOlderVersion(a: string, b: string): boolean {
  const [short, other] = [a, b].map((text) => text.replace(/^v/, '')) as [string, string];
  if (isOlder(short, other)) return true;
  const patch = (text: string) => Number(/^\d+\.\d+\.(\d+)/.exec(text)?.[1] ?? 0);
  return !isOlder(other, short) && patch(short) < patch(other);
}
