import * as z from 'zod';
import { isClusterBackupError } from '../../core/errors';
import type { ClusterStatus, Inventory, ServerStatus } from '../../core/model';
import type { RunContext } from '../../core/ports';
import type { NodeEngine, ReachedEngines, SwarmConnections } from './connections';
import { swarm as definition } from './definition';
import { readDefinitions } from './definitions';
import { heldServices } from './held';
import { nodeNames, sharedHostNames } from './nodeNames';
import { nodeSchema, serviceSchema, swarmSchema } from './wire';
import type { SwarmNode } from './wire';

/** Seconds that a manager without a leader may take to say so. */
const LEADERLESS = 15;

/**
 * Asks a cluster how it is.
 *
 * @throws `docker.*` when the main engine can't be reached
 */
export async function readStatus(
  connections: SwarmConnections,
  { signal, log }: RunContext,
): Promise<ClusterStatus> {
  const reached = await connections.reach(signal, log);
  const warnings = [...definition.warnings(connections.connection), ...reachWarnings(reached)];
  const { main, manager } = reached;
  const version = main.info.ServerVersion;
  const common = { ...(version ? { version } : {}), warnings };
  if (manager === undefined) return { ...common, ...withoutManager(main), servers: [] };
  try {
    const request = { purpose: 'say how its swarm is', signal, timeout: LEADERLESS };
    const [nodeList, swarm, services] = await Promise.all([
      manager.engine.json('/nodes', request, z.array(nodeSchema)),
      manager.engine.json('/swarm', request, swarmSchema),
      manager.engine.json('/services', request, z.array(serviceSchema).nullable()),
    ]);
    if (swarm.Spec.EncryptionConfig?.AutoLockManagers === true) {
      warnings.push(
        'Autolock is on: without the unlock key, nobody can start a manager again or read a copy of its Raft state.',
      );
    }
    warnings.push(...heldServices(services ?? []), ...sharedHostNames(nodeList));
    return { ...common, ...judge(nodeList, manager) };
  } catch (error) {
    if (!saysLeaderless(error)) throw error;
    const reason = `${main.node} is a manager, and its swarm has no leader: too few managers are left.`;
    return { ...common, health: 'noLeader', reason, servers: [], ...quorumOfInfo(manager) };
  }
}

/** Counts by the kinds of definitions; what no engine can tell is left out. */
export async function countDefinitions(
  connections: SwarmConnections,
  { signal, log }: RunContext,
): Promise<Inventory> {
  const reached = await connections.reach(signal, log);
  const { definitions, swarm } = await readDefinitions(reached, signal);
  const kinds = {
    Service: 'service',
    Network: 'network',
    Config: 'config',
    Secret: 'secret',
    Node: 'node',
  };
  const counts: Record<string, number> = {};
  for (const [name, kind] of Object.entries({ ...(swarm ? kinds : {}), Volume: 'volume' })) {
    counts[name] = definitions.filter((one) => one.kind === kind).length;
  }
  return { counts };
}

/** True for the answer of a manager whose swarm has lost its quorum (moby daemon/cluster/errors.go). */
export function saysLeaderless(error: unknown): boolean {
  return (
    isClusterBackupError(error) &&
    // The engine was asked before and answered: what it can't say in time is what a leader would know.
    (error.code === 'docker.timeout' ||
      /does not have a leader|has no leader|lost leader|context deadline exceeded/i.test(
        error.message,
      ))
  );
}

function reachWarnings({ unreached }: ReachedEngines): string[] {
  return unreached.map(
    ({ where, node, reason }) =>
      `The engine of ${node ?? where} was not reached, so its volumes are not seen: ${reason}`,
  );
}

/** Why no manager can be asked. */
export function withoutManager(main: NodeEngine): Pick<ClusterStatus, 'health' | 'reason'> {
  switch (main.state) {
    case 'locked':
      return {
        health: 'noLeader',
        reason: `The swarm on ${main.node} is locked: it needs its unlock key.`,
      };
    case 'inactive':
      return { health: 'degraded', reason: `The engine on ${main.node} is in no swarm.` };
    case 'active':
      return {
        health: 'degraded',
        reason: `${main.node} is a worker: only a manager can be asked for services.`,
      };
    default: {
      const why = main.info.Swarm?.Error;
      return {
        health: 'noLeader',
        reason: `The swarm on ${main.node} is in state "${main.state}"${why ? `: ${why}` : ''}.`,
      };
    }
  }
}

/** What a list of nodes says of its swarm. */
export function judge(nodes: SwarmNode[], manager: NodeEngine): Omit<ClusterStatus, 'warnings'> {
  const names = nodeNames(nodes);
  const managers = nodes.filter(({ ManagerStatus }) => ManagerStatus !== undefined);
  const isUp = (node: SwarmNode) => node.Status?.State === 'ready';
  const reachable = (node: SwarmNode) => node.ManagerStatus?.Reachability === 'reachable';
  const servers: ServerStatus[] = nodes.map((node) => {
    const address = node.ManagerStatus?.Addr ?? node.Status?.Addr;
    const voter = node.ManagerStatus !== undefined;
    return {
      name: names.get(node.ID) ?? node.ID,
      ...(address ? { address } : {}),
      leader: node.ManagerStatus?.Leader === true,
      voter,
      healthy: isUp(node) && (!voter || reachable(node)),
    };
  });
  const alive = managers.filter(reachable).length;
  const quorum = { needed: Math.floor(managers.length / 2) + 1, alive, total: managers.length };
  const leader = managers.find(({ ManagerStatus }) => ManagerStatus?.Leader === true);
  const lost = servers.filter(({ healthy }) => !healthy);
  const lostNames = (voter: boolean) =>
    lost.filter((server) => server.voter === voter).map(({ name }) => name);
  const reasons = [
    ...sentence(lostNames(true), 'manager', 'unreachable'),
    ...sentence(lostNames(false), 'node', 'down'),
  ];
  return {
    ...(leader?.ManagerStatus?.Addr ? { leader: leader.ManagerStatus.Addr } : {}),
    ...(leader === undefined
      ? { health: 'noLeader', reason: `${manager.node} knows no leader of its swarm.` }
      : alive < quorum.needed
        ? // A leader that has just lost the others goes on answering for a while.
          {
            health: 'noLeader',
            reason: `Only ${alive} of ${managers.length} managers can be reached; ${quorum.needed} are needed. ${reasons.join(' ')}`,
          }
        : reasons.length > 0
          ? { health: 'degraded', reason: reasons.join(' ') }
          : { health: 'healthy' }),
    servers,
    quorum,
  };
}

function sentence(names: string[], what: string, state: string): string[] {
  if (names.length === 0) return [];
  const one = names.length === 1;
  return [`The ${what}${one ? '' : 's'} ${names.join(', ')} ${one ? 'is' : 'are'} ${state}.`];
}

/** The quorum as an engine itself tells it. */
export function quorumOfInfo({ info }: NodeEngine): Pick<ClusterStatus, 'quorum'> {
  const total = info.Swarm?.Managers ?? 0;
  if (total === 0) return {};
  return { quorum: { needed: Math.floor(total / 2) + 1, alive: 1, total } };
}
