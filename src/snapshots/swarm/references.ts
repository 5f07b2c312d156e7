import { copyOf, isObject, listAt, objectAt, textAt } from './jsonValues';
import type { JsonObject } from './jsonValues';

/** VNI of an overlay network: the allocator gives it. */
export const VXLAN_IDS = 'com.docker.network.driver.overlay.vxlanid_list';

/** What a service may name by an id of its own cluster. */
export type ReferenceKind = 'network' | 'secret' | 'config' | 'node';

/** Another name for what is referred to; the answer stands in its place. */
export type Rename = (kind: ReferenceKind, id: string, name: string | undefined) => string;

const NODE_CONSTRAINT = /^(\s*node\.id\s*(?:==|!=)\s*)(\S+)(\s*)$/i;

/** The node that a placement constraint names; undefined when it names none. */
export function constrainedNode(constraint: string): string | undefined {
  return NODE_CONSTRAINT.exec(constraint)?.[2];
}

/**
 * A service's spec in which every id has been given to `rename`. Networks that old services keep beside the task
 * template are moved into it, where the engine looks first.
 * Follows moby `daemon/cluster/services.go` populateNetworkID, `api/types/swarm/container.go`.
 */
export function withReferences(spec: JsonObject, rename: Rename): JsonObject {
  const service = copyOf(spec) as JsonObject;
  const task = objectAt(service, 'TaskTemplate');
  const networks = listAt(task, 'Networks');
  if (networks.length === 0 && listAt(service, 'Networks').length > 0) {
    task.Networks = listAt(service, 'Networks');
    service.TaskTemplate = task;
  }
  delete service.Networks;
  for (const network of listAt(task, 'Networks')) {
    const target = textAt(network, 'Target');
    if (isObject(network) && target !== undefined) {
      network.Target = rename('network', target, undefined);
    }
  }
  const container = objectAt(task, 'ContainerSpec');
  for (const [field, kind, id, name] of [
    ['Secrets', 'secret', 'SecretID', 'SecretName'],
    ['Configs', 'config', 'ConfigID', 'ConfigName'],
  ] as const) {
    for (const reference of listAt(container, field)) {
      if (!isObject(reference)) continue;
      const renamed = rename(kind, textAt(reference, id) ?? '', textAt(reference, name));
      reference[id] = renamed;
    }
  }
  const credentials = objectAt(objectAt(container, 'Privileges'), 'CredentialSpec');
  const config = textAt(credentials, 'Config');
  if (config !== undefined && config !== '') {
    credentials.Config = rename('config', config, undefined);
  }
  const placement = objectAt(task, 'Placement');
  if (Array.isArray(placement.Constraints)) {
    placement.Constraints = placement.Constraints.map((constraint) => {
      const [, head, id, tail] =
        typeof constraint === 'string' ? (NODE_CONSTRAINT.exec(constraint) ?? []) : [];
      return id === undefined
        ? constraint
        : `${head ?? ''}${rename('node', id, undefined)}${tail ?? ''}`;
    });
  }
  return service;
}
