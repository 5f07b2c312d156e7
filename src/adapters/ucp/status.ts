import * as z from 'zod';
import type { ClusterStatus, Inventory } from '../../core/model';
import type { RunContext } from '../../core/ports';
import { OLDER_VOLUMES } from '../../snapshots/ucp/layout';
import { judge, quorumOfInfo, withoutManager } from '../swarm/status';
import type { UcpConnections } from './connections';
import { ucp } from './definition';
import { candidates, hindrance, readManagers } from './managers';
import type { UcpManagers } from './managers';
import { versionOf } from './versions';

/**
 * Asks the managers how they are.
 *
 * @throws `docker.*` when the main engine can't be reached
 */
export async function readStatus(
  connections: UcpConnections,
  context: RunContext,
): Promise<ClusterStatus> {
  const found = await readManagers(connections, context);
  const { reached, nodes, managers, version } = found;
  const warnings = [...ucp.warnings(connections.connection), ...warningsOf(found)];
  const swarm = swarmHealth(found);
  const ill = managers
    .filter(({ engine }) => engine !== undefined)
    .flatMap((one) => hindrance(one) ?? []);
  const reasons = [
    ...(swarm.reason === undefined ? [] : [swarm.reason]),
    ...(version === undefined
      ? [`UCP is not installed on ${reached.main.node}.`]
      : ill.map((reason) => `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`)),
  ];
  const isHealthy = swarm.health === 'healthy' && reasons.length === 0;
  const voters = new Set(nodes?.filter((n) => n.ManagerStatus !== undefined).map(({ ID }) => ID));
  const lame = new Set(managers.filter((one) => isLame(one)).map(({ name }) => name));
  return {
    ...(version === undefined ? {} : { version }),
    ...swarm,
    ...(isHealthy
      ? {}
      : {
          health: swarm.health === 'noLeader' ? 'noLeader' : 'degraded',
          reason: reasons.join(' '),
        }),
    servers:
      voters.size === 0
        ? []
        : swarm.servers
            .filter(({ voter }) => voter)
            .map((server) => ({
              ...server,
              healthy: server.healthy && !lame.has(server.name),
            })),
    warnings,
  };
}

/** Counts volumes, in the words of the archive's checker: those that a backup would take. */
export async function countInventory(
  connections: UcpConnections,
  context: RunContext,
): Promise<Inventory> {
  const found = await readManagers(connections, context);
  const { engine } = candidates(found)[0] ?? { engine: found.reached.main };
  const filters = JSON.stringify({ name: ['ucp-'] });
  const request = {
    query: { filters },
    purpose: 'count the volumes of UCP',
    signal: context.signal,
  };
  const { Volumes } = await engine.engine.json('/volumes', request, volumesSchema);
  const leftOut = takesAll(found.version) ? [] : OLDER_VOLUMES;
  const names = (Volumes ?? []).map(({ Name }) => Name);
  return {
    counts: {
      Volume: names.filter((name) => name.startsWith('ucp-') && !leftOut.includes(name)).length,
    },
  };
}

const volumesSchema = z.looseObject({
  Volumes: z.array(z.looseObject({ Name: z.string() })).nullish(),
});

function takesAll(version: string | undefined): boolean {
  try {
    return version !== undefined && versionOf(version).rule === 'older';
  } catch {
    return false;
  }
}

function isLame({ engine, controller }: UcpManagers['managers'][number]): boolean {
  return engine !== undefined && controller?.healthy !== true;
}

function swarmHealth({ reached, nodes }: UcpManagers): Omit<ClusterStatus, 'warnings'> {
  const { main, manager } = reached;
  if (manager === undefined) return { ...withoutManager(main), servers: [] };
  if (nodes !== undefined) return judge(nodes, manager);
  const reason = `${main.node} is a manager, and its swarm has no leader: too few managers are left.`;
  return { health: 'noLeader', reason, servers: [], ...quorumOfInfo(manager) };
}

function warningsOf({ reached, managers }: UcpManagers): string[] {
  const versions = new Set(managers.flatMap(({ controller }) => controller?.version ?? []));
  return [
    ...reached.unreached.map(
      ({ where, node, reason }) => `The engine of ${node ?? where} was not reached: ${reason}`,
    ),
    ...(versions.size > 1
      ? [`The managers run different versions of UCP: ${[...versions].sort().join(', ')}.`]
      : []),
  ];
}
