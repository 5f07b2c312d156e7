import { copyOf, drop, isObject, listAt, objectAt, picked, textAt } from './jsonValues';
import type { Json, JsonObject } from './jsonValues';
import { RESTORED_LABEL } from './layout';
import type { Definition } from './layout';
import type { NameMap } from './portable';
import { VXLAN_IDS, withReferences } from './references';
import type { ReferenceKind } from './references';

/** What stands on the target cluster for a name of the backup's. */
export interface TargetId {
  id: string;
  /** Its name there: another one when it was restored under another name. */
  name: string;
}

/** Finds what a name of the backup's is on the target cluster; nodes by host name. */
export type TargetIds = Readonly<Record<ReferenceKind, (name: string) => TargetId | undefined>> & {
  /** Another name for a volume, when it is restored under one. */
  volume?: (name: string) => string | undefined;
};

export interface ReplayOptions {
  /** Create it under this name. */
  name?: string;
  /** A secret's payload, base64. */
  data?: string;
  /** Publish the ports that the engine had given, instead of having new ones given. */
  pinPorts?: boolean;
  /** Let the image's tag say what runs, not the digest that was found when it was created. */
  stripDigest?: boolean;
  /** Let the engine choose a network's addresses, instead of those that were in use. */
  freeAddresses?: boolean;
}

/** A name that the target cluster does not have; an id when the backup does not know its name either. */
export interface Missing {
  kind: ReferenceKind;
  name: string;
}

export interface Replay {
  /**
   * Body of `POST /services/create`, `/networks/create`, `/secrets/create`, `/configs/create`, `/volumes/create`,
   * `/nodes/{id}/update` or `/swarm/update`. Only to be sent when nothing is unresolved.
   */
  body: JsonObject;
  unresolved: Missing[];
}

/** Networks that every node has; the engine finds its own by the name. */
const PREDEFINED = new Set(['host', 'bridge', 'none', 'nat']);

function serviceBody(
  value: JsonObject,
  names: NameMap,
  target: TargetIds,
  options: ReplayOptions,
): Replay {
  const unresolved = new Map<string, Missing>();
  const find = (kind: ReferenceKind, id: string, name?: string): TargetId => {
    const known = names[kind].get(id) ?? name ?? id;
    const found = target[kind](known);
    if (found !== undefined) return found;
    if (kind === 'network' && PREDEFINED.has(known)) return { id: known, name: known };
    unresolved.set(`${kind}/${known}`, { kind, name: known });
    return { id, name: known };
  };
  const renamed = new Map<string, string>();
  const body = withReferences(objectAt(value, 'Spec'), (kind, id, name) => {
    const found = find(kind, id, name);
    renamed.set(`${kind}/${found.id}`, found.name);
    return found.id;
  });
  const container = objectAt(objectAt(body, 'TaskTemplate'), 'ContainerSpec');
  for (const reference of listAt(container, 'Secrets')) {
    const name = renamed.get(`secret/${textAt(reference, 'SecretID') ?? ''}`);
    if (isObject(reference) && name !== undefined) reference.SecretName = name;
  }
  for (const reference of listAt(container, 'Configs')) {
    const name = renamed.get(`config/${textAt(reference, 'ConfigID') ?? ''}`);
    if (isObject(reference) && name !== undefined) reference.ConfigName = name;
  }
  for (const mount of listAt(container, 'Mounts')) {
    const source = textAt(mount, 'Source');
    if (!isObject(mount) || mount.Type !== 'volume' || source === undefined) continue;
    mount.Source = target.volume?.(source) ?? source;
  }
  const image = textAt(container, 'Image');
  if (options.stripDigest && image !== undefined) container.Image = image.replace(/@.*$/, '');
  if (options.pinPorts) pinPorts(body, listAt(objectAt(value, 'Endpoint'), 'Ports'));
  if (options.name !== undefined) body.Name = options.name;
  return { body, unresolved: [...unresolved.values()] };
}

/** Gives the ports without a number the one that the engine had chosen. */
function pinPorts(spec: JsonObject, given: Json[]): void {
  for (const port of listAt(objectAt(spec, 'EndpointSpec'), 'Ports')) {
    if (!isObject(port) || (port.PublishedPort ?? 0) !== 0) continue;
    const match = given.find(
      (other) =>
        isObject(other) &&
        other.TargetPort === port.TargetPort &&
        (other.Protocol ?? 'tcp') === (port.Protocol ?? 'tcp'),
    );
    const number = isObject(match) ? match.PublishedPort : undefined;
    if (number !== undefined) port.PublishedPort = number;
  }
}

function networkBody(value: JsonObject, options: ReplayOptions): JsonObject {
  const body = picked(
    value,
    'Name',
    'Driver',
    'Scope',
    'Internal',
    'Attachable',
    'Ingress',
    'ConfigOnly',
    'EnableIPv4',
    'EnableIPv6',
    'IPAM',
    'Options',
    'Labels',
  );
  const from = textAt(objectAt(value, 'ConfigFrom'), 'Network');
  if (from !== undefined && from !== '') body.ConfigFrom = { Network: from };
  drop(objectAt(body, 'Options'), VXLAN_IDS);
  if (options.freeAddresses) delete objectAt(body, 'IPAM').Config;
  // Engines before API 1.47 do not know the field; saying nothing means IPv4.
  if (body.EnableIPv4 === true) delete body.EnableIPv4;
  body.Labels ??= {};
  return body;
}

function bodyOf({ kind, value }: Definition, options: ReplayOptions): JsonObject {
  const whole = copyOf(value as JsonObject) as JsonObject;
  const spec = objectAt(whole, 'Spec');
  switch (kind) {
    case 'network':
      return networkBody(whole, options);
    case 'volume': {
      const body = picked(whole, 'Name', 'Driver', 'Labels');
      drop(objectAt(body, 'Labels'), RESTORED_LABEL);
      const cluster = objectAt(objectAt(whole, 'ClusterVolume'), 'Spec');
      body.DriverOpts = objectAt(whole, 'Options');
      if (Object.keys(cluster).length > 0) body.ClusterVolumeSpec = cluster;
      return body;
    }
    case 'secret': {
      const body = picked(spec, 'Name', 'Labels', 'Driver', 'Templating');
      return options.data === undefined ? body : { ...body, Data: options.data };
    }
    case 'config':
      return picked(spec, 'Name', 'Labels', 'Data', 'Templating');
    case 'node':
      return picked(spec, 'Name', 'Labels', 'Role', 'Availability');
    default: {
      // A rotation that was asked for once is not asked for again.
      delete objectAt(spec, 'CAConfig').ForceRotate;
      return spec;
    }
  }
}

/**
 * The body that creates a definition again, with the target cluster's ids. Nothing is left out that was said; what the
 * backup's cluster had allocated is.
 *
 * @param names names by the ids of the backup's own cluster: `nameMapOf` of all its definitions
 */
export function replayBody(
  definition: Definition,
  names: NameMap,
  target: TargetIds,
  options: ReplayOptions = {},
): Replay {
  if (definition.kind === 'service') {
    return serviceBody(definition.value as JsonObject, names, target, options);
  }
  const body = bodyOf(definition, options);
  const named = definition.kind !== 'swarm' && definition.kind !== 'node';
  if (named && options.name !== undefined) body.Name = options.name;
  return { body, unresolved: [] };
}
