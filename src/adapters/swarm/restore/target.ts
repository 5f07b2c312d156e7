import * as z from 'zod';
import type { RunContext } from '../../../core/ports';
import { listAt, objectAt, textAt } from '../../../snapshots/swarm/jsonValues';
import { definitionId } from '../../../snapshots/swarm/layout';
import type { Definition } from '../../../snapshots/swarm/layout';
import { nameMapOf } from '../../../snapshots/swarm/portable';
import type { NodeEngine, ReachedEngines } from '../connections';
import { nodeOf, readDefinitions } from '../definitions';
import { isHelper } from '../helperContainers';
import { labelsIn } from './decideNode';
import type { Target, TargetNode } from './model';
import { subnetsOf } from './subnets';
import { listSchema } from '../wire';

/** The target as it was found, and the engine of each node that is reached. */
export interface LiveTarget {
  target: Target;
  reached: ReachedEngines;
  engines: ReadonlyMap<string, NodeEngine>;
}

const containersSchema = z
  .array(
    z.looseObject({
      Id: z.string(),
      Names: z.array(z.string()).nullish(),
      Labels: z.record(z.string(), z.string()).nullish(),
      Mounts: z
        .array(z.looseObject({ Type: z.string().nullish(), Name: z.string().nullish() }))
        .nullish(),
      NetworkSettings: z
        .looseObject({ Networks: z.record(z.string(), z.unknown()).nullish() })
        .nullish(),
    }),
  )
  .nullable();

/** Reads what there is where it shall be restored. */
export async function readTarget(
  reached: ReachedEngines,
  { signal }: Pick<RunContext, 'signal'>,
): Promise<LiveTarget> {
  const { definitions, nodes, swarm } = await readDefinitions(reached, signal);
  const engines = new Map(reached.all.map((engine) => [nodeOf(engine, nodes), engine]));
  const [networks, ...users] = await Promise.all([
    swarmNetworks(reached, signal),
    ...[...engines].map(([node, engine]) => usersOn(node, engine, signal)),
  ]);
  const { main } = reached;
  const networkUsers = new Map<string, string[]>();
  const volumeUsers = new Map<string, string[]>();
  for (const { network, volume, user } of [...serviceUsers(definitions), ...users.flat()]) {
    if (network !== undefined) add(networkUsers, network, user);
    if (volume !== undefined) add(volumeUsers, volume, user);
  }
  const target: Target = {
    swarm,
    swarmId: textAt(definitions.find(({ kind }) => kind === 'swarm')?.value, 'ID'),
    state: main.state,
    engine: { name: main.node, version: main.info.ServerVersion ?? '' },
    definitions,
    names: nameMapOf(definitions),
    nodes: swarm ? nodesOf(definitions, engines) : ownNodes(reached),
    subnets: networks.flatMap((network) =>
      subnetsOf(network).map((subnet) => ({ network: textAt(network, 'Name') ?? '', subnet })),
    ),
    networkUsers,
    volumeUsers,
    unreached: reached.unreached.map(({ where, node, reason }) =>
      node === undefined ? `${where}: ${reason}` : `${node} (${where}): ${reason}`,
    ),
  };
  return { target, reached, engines };
}

function nodesOf(
  definitions: readonly Definition[],
  engines: ReadonlyMap<string, NodeEngine>,
): TargetNode[] {
  return definitions.flatMap(({ kind, name, value }) => {
    if (kind !== 'node') return [];
    const spec = objectAt(value, 'Spec');
    return [
      {
        name,
        id: textAt(value, 'ID'),
        role: textAt(spec, 'Role') ?? 'worker',
        labels: labelsIn(spec),
        reached: engines.has(name),
      },
    ];
  });
}

/** Engines in no swarm are nodes of their own. */
function ownNodes({ all }: ReachedEngines): TargetNode[] {
  return all.map(({ node }) => ({
    name: node,
    id: undefined,
    role: 'manager',
    labels: {},
    reached: true,
  }));
}

async function swarmNetworks({ manager }: ReachedEngines, signal: AbortSignal) {
  if (manager === undefined) return [];
  const query = { filters: JSON.stringify({ scope: ['swarm'] }) };
  const request = { purpose: 'list its networks', query, signal };
  return (await manager.engine.json('/networks', request, listSchema)) ?? [];
}

interface Use {
  user: string;
  network?: string;
  volume?: string;
}

/** Services that name a network, running or not: it can't be removed under them. */
function serviceUsers(definitions: readonly Definition[]): Use[] {
  const networks = new Map(
    definitions.flatMap(({ kind, name, value }) =>
      kind === 'network' ? [[textAt(value, 'Id') ?? name, name] as const] : [],
    ),
  );
  return definitions.flatMap(({ kind, name, value }) => {
    if (kind !== 'service') return [];
    const spec = objectAt(value, 'Spec');
    const attached = [
      ...listAt(objectAt(spec, 'TaskTemplate'), 'Networks'),
      ...listAt(spec, 'Networks'),
    ];
    return attached.map((network) => {
      const id = textAt(network, 'Target') ?? '';
      return { user: `service ${name}`, network: networks.get(id) ?? id };
    });
  });
}

/** Containers that use a network or have a volume, stopped ones included: an engine counts them, too. */
async function usersOn(node: string, { engine }: NodeEngine, signal: AbortSignal): Promise<Use[]> {
  const request = { purpose: 'list its containers', query: { all: 1 }, signal };
  const containers = (await engine.json('/containers/json', request, containersSchema)) ?? [];
  return containers.flatMap(({ Id, Names, Labels, Mounts, NetworkSettings }) => {
    if (isHelper(Labels)) return [];
    const service = Labels?.['com.docker.swarm.service.name'];
    const name = Names?.[0]?.replace(/^\//, '') ?? Id.slice(0, 12);
    const user = service === undefined ? `container ${name}` : `service ${service}`;
    const volumes = (Mounts ?? []).flatMap(({ Type, Name }) =>
      Type === 'volume' && typeof Name === 'string' && Name !== ''
        ? [{ user, volume: definitionId('volume', Name, node) }]
        : [],
    );
    const networks = Object.keys(NetworkSettings?.Networks ?? {}).map((network) => ({
      user,
      network,
    }));
    return [...volumes, ...networks];
  });
}

function add(map: Map<string, string[]>, key: string, user: string): void {
  const users = map.get(key) ?? [];
  if (!users.includes(user)) users.push(user);
  map.set(key, users);
}
