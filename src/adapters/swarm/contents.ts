import * as z from 'zod';
import type { ContentsGroup, ContentsItem } from '../../core/model';
import type { RunContext } from '../../core/ports';
import type { Definition } from '../../snapshots/swarm/layout';
import type { ReachedEngines, SwarmConnections } from './connections';
import { readDefinitions } from './definitions';
import { HELD_LABEL } from './held';
import { volumeSizes } from './volumeSizes';
import type { VolumeSize } from './volumeSizes';
import { servicesOf, unreachedNodes, unreachedVolumes, usersOf } from './volumeUse';
import { nodeSchema, serviceSchema, volumeSchema } from './wire';
import type { SwarmService } from './wire';
import { bytesText } from './words';

/** Seconds that the sizes of volumes may take; the tree does without them. */
const SIZES = 5;

/** The objects of a cluster, for the tree: nodes, stacks and services, volumes. */
export async function readContents(
  connections: SwarmConnections,
  { signal, log }: RunContext,
): Promise<ContentsGroup[]> {
  const reached = await connections.reach(signal, log);
  const cluster = await readDefinitions(reached, signal);
  const [sizes, states, unreached] = await Promise.all([
    volumeSizes(reached, cluster.nodes, SIZES, signal),
    serviceStates(reached, signal),
    unreachedVolumes(reached, cluster, signal),
  ]);
  const of = (kind: Definition['kind']) => cluster.definitions.filter((one) => one.kind === kind);
  const outside = noSwarm(reached);
  const nodes: ContentsGroup = {
    id: 'nodes',
    title: 'Nodes',
    items: of('node').map(nodeItem),
    ...outside,
  };
  const stacks: ContentsGroup = {
    id: 'stacks',
    title: 'Stacks and Services',
    items: stackItems(cluster.definitions, states),
    ...outside,
  };
  const services = servicesOf(cluster.definitions);
  const lost = unreachedNodes(reached, cluster.nodes);
  const volumes: ContentsGroup = {
    id: 'volumes',
    title: 'Volumes',
    items: [
      ...of('volume').map((volume) => volumeItem(volume, services, sizes.get(volume.id))),
      ...unreached.map(({ node, name, services: users }): ContentsItem => ({
        id: `volume/${node}/${name}`,
        kind: 'volume',
        name,
        description: `on ${node}, not reached`,
        state: 'unknown',
        outOfReach: true,
        facts: [
          ['Node', node],
          ['Used by', users.join(', ')],
        ],
      })),
    ],
    ...lostWarning(lost, reached),
  };
  return [nodes, stacks, volumes];
}

async function serviceStates(
  { manager }: ReachedEngines,
  signal: AbortSignal,
): Promise<Map<string, SwarmService>> {
  if (manager === undefined) return new Map();
  const request = { purpose: 'list its services', query: { status: true }, signal };
  const list = await manager.engine.json('/services', request, z.array(serviceSchema).nullable());
  return new Map((list ?? []).map((service) => [service.ID, service]));
}

function noSwarm({ main, manager }: ReachedEngines): { warning?: string } {
  if (manager !== undefined) return {};
  return {
    warning:
      main.state === 'inactive'
        ? `The engine on ${main.node} is in no swarm.`
        : main.state === 'active'
          ? `${main.node} is a worker: only a manager lists these.`
          : `The swarm on ${main.node} is in state "${main.state}".`,
  };
}

function lostWarning(lost: string[], { unreached }: ReachedEngines): { warning?: string } {
  const named = lost.length > 0 ? lost : unreached.map(({ node, where }) => node ?? where);
  if (named.length === 0) return {};
  return {
    warning:
      `No given engine reaches ${named.join(', ')}: volumes there are seen only as far as services name them. ` +
      'List their engines under "engines".',
  };
}

function nodeItem({ id, name, value }: Definition): ContentsItem {
  const node = nodeSchema.parse(value);
  const manager = node.ManagerStatus;
  const up = node.Status?.State === 'ready';
  const reachable = manager === undefined || manager.Reachability === 'reachable';
  const role = manager?.Leader === true ? 'leader' : manager === undefined ? 'worker' : 'manager';
  const availability = node.Spec.Availability ?? 'active';
  const words = [role];
  if (!up) words.push(node.Status?.State ?? 'unknown');
  else if (!reachable) words.push('unreachable');
  if (availability !== 'active') words.push(availability);
  return {
    id,
    kind: 'node',
    name,
    description: words.join(', '),
    state: !up ? 'bad' : !reachable || availability !== 'active' ? 'warning' : 'good',
    facts: facts({
      Id: node.ID,
      Role: node.Spec.Role,
      State: node.Status?.State,
      Availability: availability,
      Address: manager?.Addr ?? node.Status?.Addr,
      Engine: node.Description?.Engine?.EngineVersion,
      Labels: labelText(node.Spec.Labels),
    }),
  };
}

function stackItems(
  definitions: readonly Definition[],
  states: ReadonlyMap<string, SwarmService>,
): ContentsItem[] {
  const kinds = ['service', 'network', 'config', 'secret'];
  const listed = definitions.filter(({ kind }) => kinds.includes(kind));
  const item = (one: Definition) =>
    one.kind === 'service' ? serviceItem(one, states) : plainItem(one);
  const stacks = new Map<string, ContentsItem[]>();
  for (const one of listed) {
    if (one.stack === undefined) continue;
    stacks.set(one.stack, [...(stacks.get(one.stack) ?? []), item(one)]);
  }
  const order = (one: ContentsItem) => kinds.indexOf(one.kind);
  return [
    ...[...stacks].sort().map(([name, children]): ContentsItem => {
      children.sort((a, b) => order(a) - order(b));
      const services = children.filter(({ kind }) => kind === 'service');
      return {
        id: `stack/${name}`,
        kind: 'stack',
        name,
        description: `${services.length} service${services.length === 1 ? '' : 's'}`,
        state: worst(services),
        facts: [],
        children,
      };
    }),
    ...listed
      .filter(({ stack }) => stack === undefined)
      .map(item)
      .sort((a, b) => order(a) - order(b)),
  ];
}

function serviceItem(
  { id, name, value }: Definition,
  states: ReadonlyMap<string, SwarmService>,
): ContentsItem {
  const { ID, Spec } = serviceSchema.parse(value);
  const status = states.get(ID)?.ServiceStatus;
  const running = status?.RunningTasks ?? 0;
  const desired = status?.DesiredTasks ?? 0;
  const isJob = Spec.Mode?.ReplicatedJob !== undefined || Spec.Mode?.GlobalJob !== undefined;
  const held = Spec.Labels?.[HELD_LABEL] !== undefined;
  const state = running >= desired ? 'good' : running > 0 ? 'warning' : 'bad';
  return {
    id,
    kind: 'service',
    name,
    ...(status === undefined
      ? {}
      : {
          description: held
            ? 'held at zero by a backup'
            : isJob
              ? `job, ${running} running`
              : `${running} of ${desired} running`,
        }),
    state: status === undefined ? 'unknown' : held ? 'warning' : isJob ? 'good' : state,
    facts: facts({
      Image: Spec.TaskTemplate?.ContainerSpec?.Image?.replace(/@sha256:.*/, ''),
      Mode: Object.keys(Spec.Mode ?? {})[0],
    }),
  };
}

function plainItem({ id, kind, name, value }: Definition): ContentsItem {
  const driver = typeof value.Driver === 'string' ? value.Driver : undefined;
  return { id, kind, name, description: kind, state: 'good', facts: facts({ Driver: driver }) };
}

function volumeItem(
  { id, name, node, stack, value }: Definition,
  services: readonly SwarmService[],
  size: VolumeSize | undefined,
): ContentsItem {
  const volume = volumeSchema.parse(value);
  const users = usersOf(services, name).map(({ Spec }) => Spec.Name);
  const where = `on ${node ?? 'an unknown node'}`;
  return {
    id,
    kind: 'volume',
    name,
    description: size === undefined ? where : `${bytesText(size.bytes)} ${where}`,
    state: 'good',
    facts: facts({
      Node: node,
      Size: size === undefined ? undefined : bytesText(size.bytes),
      Driver: volume.Driver,
      Stack: stack,
      'Used by': users.length > 0 ? users.join(', ') : undefined,
      Labels: labelText(volume.Labels),
    }),
  };
}

function worst(items: readonly ContentsItem[]): ContentsItem['state'] {
  for (const state of ['bad', 'warning', 'unknown'] as const) {
    if (items.some((item) => item.state === state)) return state;
  }
  return 'good';
}

function facts(values: Record<string, string | null | undefined>): [string, string][] {
  return Object.entries(values).filter((entry): entry is [string, string] => !!entry[1]);
}

function labelText(labels: Readonly<Record<string, string>> | null | undefined): string {
  return Object.entries(labels ?? {})
    .map(([key, value]) => (value === '' ? key : `${key}=${value}`))
    .join(', ');
}
