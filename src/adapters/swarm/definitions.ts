import * as z from 'zod';
import { DEFINITION_KINDS, definitionId, STACK_LABEL } from '../../snapshots/swarm/layout';
import type { Definition, DefinitionKind } from '../../snapshots/swarm/layout';
import { isPredefinedNetwork } from '../../snapshots/swarm/predefinedNetworks';
import type { DockerEngine } from '../docker/engine';
import { isStatus } from '../docker/errors';
import type { NodeEngine, ReachedEngines } from './connections';
import { nodeNames } from './nodeNames';
import { listSchema, nodeSchema, objectSchema, serviceSchema, volumesSchema } from './wire';

type Value = Record<string, unknown>;

/** What the engines say a cluster is made of, in the order in which a restore creates it. */
export interface ClusterDefinitions {
  definitions: Definition[];
  /** Names of the nodes, by id. */
  nodes: Map<string, string>;
  /** False where no engine could be asked for the swarm's objects: there is none, or no manager was reached. */
  swarm: boolean;
}

/**
 * Reads every definition: the swarm's from a manager, the volumes from each engine. What the engine gives is kept whole,
 * but for the join tokens; it gives no secret's payload.
 */
export async function readDefinitions(
  reached: ReachedEngines,
  signal: AbortSignal,
): Promise<ClusterDefinitions> {
  const [shared, ...perEngine] = await Promise.all([
    reached.manager === undefined ? undefined : readShared(reached.manager.engine, signal),
    ...reached.all.map((engine) => readVolumes(engine, signal)),
  ]);
  const nodes = shared?.nodes ?? new Map<string, string>();
  const volumes = perEngine.flatMap(({ engine, values }) => {
    const node = nodeOf(engine, nodes);
    return values.map((value) => define('volume', text(value.Name), value, value.Labels, node));
  });
  const definitions = [...(shared?.definitions ?? []), ...volumes];
  const order = (kind: DefinitionKind) => DEFINITION_KINDS.indexOf(kind);
  definitions.sort((a, b) => order(a.kind) - order(b.kind) || compare(a.id, b.id));
  return { definitions, nodes, swarm: shared !== undefined };
}

/** How the swarm calls the node of an engine. */
export function nodeOf(engine: NodeEngine, nodes: ReadonlyMap<string, string>): string {
  return (engine.nodeId === undefined ? undefined : nodes.get(engine.nodeId)) ?? engine.node;
}

async function readShared(engine: DockerEngine, signal: AbortSignal) {
  const list = (path: string, purpose: string, query: Record<string, string> = {}) =>
    engine.json(path, { purpose, query, signal }, listSchema).then((values) => values ?? []);
  const [swarm, nodeList, networks, secrets, configs, services] = await Promise.all([
    engine.json('/swarm', { purpose: 'describe its swarm', signal }, objectSchema),
    list('/nodes', 'list its nodes'),
    list('/networks', 'list its networks', { filters: JSON.stringify({ scope: ['swarm'] }) }),
    list('/secrets', 'list its secrets'),
    list('/configs', 'list its configs'),
    list('/services', 'list its services'),
  ]);
  const unlisted = await unlistedNetworks(engine, services, networks, signal);
  const nodes = nodeNames(z.array(nodeSchema).parse(nodeList));
  const specOf = ({ Spec }: Value) => (Spec ?? {}) as Value;
  const named = (kind: DefinitionKind, values: Value[]) =>
    values.map((value) => define(kind, text(specOf(value).Name), value, specOf(value).Labels));
  const definitions: Definition[] = [
    define('swarm', 'swarm', withoutTokens(swarm), undefined),
    ...nodeList.map((value) => {
      const id = text(value.ID);
      return define('node', nodes.get(id) ?? id, value, undefined);
    }),
    ...[...unique(networks).filter((value) => !isPredefined(value)), ...unlisted]
      .filter(({ Ingress }) => Ingress !== true)
      .map((value) => define('network', text(value.Name), value, value.Labels)),
    ...named('secret', secrets.map(withoutPayload)),
    ...named('config', configs),
    ...named('service', services),
  ];
  return { definitions, nodes };
}

/**
 * Networks that services name and no list has: `host` and `bridge` of every node. The engine tells them by their id
 * alone (moby daemon/cluster/networks.go leaves them out of lists).
 */
async function unlistedNetworks(
  engine: DockerEngine,
  services: readonly Value[],
  listed: readonly Value[],
  signal: AbortSignal,
): Promise<Value[]> {
  const known = new Set(listed.map(({ Id }) => Id));
  const wanted = services.flatMap((service) => {
    const { Spec } = serviceSchema.parse(service);
    const networks = [...(Spec.TaskTemplate?.Networks ?? []), ...(Spec.Networks ?? [])];
    return networks.flatMap(({ Target }) =>
      Target === undefined || Target === '' || known.has(Target) ? [] : [Target],
    );
  });
  const found = await Promise.all(
    [...new Set(wanted)].map(async (id) => {
      const request = { purpose: 'describe a network', signal };
      try {
        return [await engine.json(`/networks/${encodeURIComponent(id)}`, request, objectSchema)];
      } catch (error) {
        // It went away a moment ago: the service then names what nobody knows any more.
        if (isStatus(error, 404)) return [];
        throw error;
      }
    }),
  );
  return unique(found.flat());
}

function isPredefined(value: Value): boolean {
  return isPredefinedNetwork({ name: text(value.Name), value });
}

async function readVolumes(engine: NodeEngine, signal: AbortSignal) {
  const request = { purpose: 'list its volumes', signal };
  const { Volumes } = await engine.engine.json('/volumes', request, volumesSchema);
  return { engine, values: Volumes ?? [] };
}

function define(
  kind: DefinitionKind,
  name: string,
  value: Value,
  labels: unknown,
  node?: string,
): Definition {
  const stack = (labels as Record<string, unknown> | null | undefined)?.[STACK_LABEL];
  return {
    id: definitionId(kind, name, node),
    kind,
    name,
    ...(node === undefined ? {} : { node }),
    ...(typeof stack === 'string' && stack !== '' ? { stack } : {}),
    value,
  };
}

/** Join tokens let a machine into the swarm; a signing key would let it be anybody. */
function withoutTokens({ JoinTokens: _, ...swarm }: Value): Value {
  const spec = swarm.Spec as { CAConfig?: Value } | null | undefined;
  if (spec?.CAConfig?.SigningCAKey === undefined) return swarm;
  const { SigningCAKey: __, ...authority } = spec.CAConfig;
  return { ...swarm, Spec: { ...spec, CAConfig: authority } };
}

/** No engine gives it; should one ever, it does not pass here. */
function withoutPayload(secret: Value): Value {
  const { Data: _, ...spec } = (secret.Spec ?? {}) as Value;
  return { ...secret, Spec: spec };
}

function unique(networks: Value[]): Value[] {
  return [...new Map(networks.map((network) => [network.Id, network])).values()];
}

function text(value: unknown): string {
  return z.string().min(1).parse(value);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
