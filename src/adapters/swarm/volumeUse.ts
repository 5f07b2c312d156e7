import * as z from 'zod';
import type { Definition } from '../../snapshots/swarm/layout';
import type { DockerEngine } from '../docker/engine';
import type { ReachedEngines } from './connections';
import type { ClusterDefinitions } from './definitions';
import { serviceSchema, taskSchema } from './wire';
import type { SwarmService } from './wire';

/** A volume that a service mounts on a node whose engine was not reached. */
export interface UnreachedVolume {
  node: string;
  /** As the service names it; may hold a template, e.g. `data-{{.Task.Slot}}`. */
  name: string;
  services: string[];
}

/** Names of the volumes a service mounts, templates unfilled; those without a name are left out. */
export function mountedVolumes(service: SwarmService): string[] {
  const mounts = service.Spec.TaskTemplate?.ContainerSpec?.Mounts ?? [];
  return mounts.flatMap(({ Type, Source }) => (Type === 'volume' && Source ? [Source] : []));
}

/** Tells whether a mount's name can be that volume: templates stand for any text. */
export function namesVolume(source: string, volume: string): boolean {
  if (!source.includes('{{')) return source === volume;
  const parts = source
    .split(/\{\{.*?\}\}/)
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.+')}$`).test(volume);
}

/** Those of the services that mount a volume of that name. */
export function usersOf(services: readonly SwarmService[], volume: string): SwarmService[] {
  return services.filter((service) =>
    mountedVolumes(service).some((source) => namesVolume(source, volume)),
  );
}

/** The services among definitions, parsed. */
export function servicesOf(definitions: readonly Definition[]): SwarmService[] {
  return definitions
    .filter(({ kind }) => kind === 'service')
    .map(({ value }) => serviceSchema.parse(value));
}

/** Volumes that services mount on nodes that no given engine reaches, by the nodes' tasks. */
export async function unreachedVolumes(
  reached: ReachedEngines,
  { definitions, nodes }: ClusterDefinitions,
  signal: AbortSignal,
): Promise<UnreachedVolume[]> {
  if (reached.manager === undefined) return [];
  const services = new Map(servicesOf(definitions).map((service) => [service.ID, service]));
  const seen = new Set(reached.all.map(({ nodeId }) => nodeId));
  const found = new Map<string, UnreachedVolume>();
  for (const { ServiceID, NodeID } of await listTasks(reached.manager.engine, signal)) {
    const service = services.get(ServiceID ?? '');
    if (service === undefined || !NodeID || seen.has(NodeID)) continue;
    const node = nodes.get(NodeID) ?? NodeID;
    for (const name of mountedVolumes(service)) {
      const key = `${node}/${name}`;
      const volume = found.get(key) ?? { node, name, services: [] };
      if (!volume.services.includes(service.Spec.Name)) volume.services.push(service.Spec.Name);
      found.set(key, volume);
    }
  }
  return [...found.values()];
}

/** Names of the nodes that no given engine reaches. */
export function unreachedNodes(
  reached: ReachedEngines,
  nodes: ReadonlyMap<string, string>,
): string[] {
  const seen = new Set(reached.all.map(({ nodeId }) => nodeId));
  return [...nodes].flatMap(([id, name]) => (seen.has(id) ? [] : [name]));
}

/** Tasks, of one service or of all; those that have ended included as far as the swarm remembers them. */
export async function listTasks(engine: DockerEngine, signal: AbortSignal, service?: string) {
  const query = service === undefined ? {} : { filters: JSON.stringify({ service: [service] }) };
  const request = { purpose: 'list its tasks', query, signal };
  return (await engine.json('/tasks', request, z.array(taskSchema).nullable())) ?? [];
}
