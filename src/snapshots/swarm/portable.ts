import {
  copyOf,
  drop,
  isObject,
  listAt,
  objectAt,
  ordered,
  picked,
  textAt,
  without,
} from './jsonValues';
import type { Json, JsonObject } from './jsonValues';
import { RESTORED_LABEL } from './layout';
import type { Definition, DefinitionKind } from './layout';
import { VXLAN_IDS, withReferences } from './references';
import type { ReferenceKind } from './references';
import { withoutDefaults } from './serviceDefaults';

export { differences } from './differences';
export { portableText } from './portableText';
export { replayBody } from './replayBody';
export type { Missing, Replay, ReplayOptions, TargetIds } from './replayBody';

/** A definition in a form that means the same on every cluster. */
export interface Portable {
  kind: DefinitionKind;
  name: string;
  node?: string;
  /** Names in place of ids; nothing that the engine allocates or would choose itself; keys in order. */
  body: JsonObject;
}

/** Names of what definitions refer to, by the ids of the cluster they come from. */
export type NameMap = Readonly<Record<ReferenceKind, ReadonlyMap<string, string>>>;

/** The names in a set of definitions: give all of a backup, or all of a cluster. */
export function nameMapOf(definitions: readonly Definition[]): NameMap {
  const maps = {
    network: new Map<string, string>(),
    secret: new Map<string, string>(),
    config: new Map<string, string>(),
    node: new Map<string, string>(),
  };
  for (const { kind, name, value } of definitions) {
    if (!(kind in maps)) continue;
    const id = kind === 'network' ? value.Id : value.ID;
    if (typeof id === 'string') maps[kind as ReferenceKind].set(id, name);
  }
  return maps;
}

/** Stands before a node's host name where the engine has the node's id. */
export const NODE_MARK = '@';

/**
 * Values where absent and present differ though empty: the modes say by their key alone what they are, and so do the
 * targets of a config.
 */
const KEPT_EMPTY = new Set(['Replicated', 'Global', 'ReplicatedJob', 'GlobalJob', 'Runtime']);
/** Maps of the user's own keys and values; none of them is a default. */
const FREE = new Set(['Labels', 'Options', 'DriverOpts', 'Sysctls', 'AuxiliaryAddresses']);
/** Numbers and truth values where absent and zero differ. */
const KEPT_ZERO = new Set([
  'Replicas',
  'MaxConcurrent',
  'TotalCompletions',
  'StopGracePeriod',
  'Init',
]);
/** Objects that are complete when they are there at all. */
const WHOLE = new Set(['UpdateConfig', 'RollbackConfig', 'RestartPolicy', 'Ulimits', 'File']);

const isEmpty = (value: Json): boolean =>
  value === null ||
  value === '' ||
  (Array.isArray(value) && value.length === 0) ||
  (isObject(value) && Object.keys(value).length === 0);

/** Without what is empty, unsaid or, when `zeros`, nought. */
function pruned(value: Json, zeros: boolean): Json {
  if (Array.isArray(value)) {
    return value.map((item) => (isObject(item) ? pruned(item, zeros) : item));
  }
  if (!isObject(value)) return value;
  const kept: JsonObject = {};
  for (const [key, item] of Object.entries(value)) {
    const inner = FREE.has(key) && isObject(item) ? item : pruned(item, zeros && !WHOLE.has(key));
    if (isEmpty(inner) && !(KEPT_EMPTY.has(key) && isObject(inner))) continue;
    if (zeros && !KEPT_ZERO.has(key) && (inner === 0 || inner === false)) continue;
    kept[key] = inner;
  }
  return kept;
}

function serviceBody(value: JsonObject, names: NameMap): JsonObject {
  const spec = withReferences(objectAt(value, 'Spec'), (kind, id, name) => {
    const found = names[kind].get(id) ?? name;
    return found === undefined ? id : kind === 'node' ? NODE_MARK + found : found;
  });
  const container = objectAt(objectAt(spec, 'TaskTemplate'), 'ContainerSpec');
  for (const [field, id, name] of [
    ['Secrets', 'SecretID', 'SecretName'],
    ['Configs', 'ConfigID', 'ConfigName'],
  ] as const) {
    for (const reference of listAt(container, field)) {
      if (!isObject(reference)) continue;
      reference[name] = textAt(reference, name) ?? reference[id] ?? '';
      drop(reference, id);
    }
  }
  withoutDefaults(spec);
  return pruned(spec, true) as JsonObject;
}

function networkBody(value: JsonObject): JsonObject {
  const body = picked(
    value,
    'Name',
    'Driver',
    'Internal',
    'Attachable',
    'Ingress',
    'EnableIPv4',
    'EnableIPv6',
    'Options',
    'Labels',
    'ConfigOnly',
    'ConfigFrom',
  );
  const ipam = picked(objectAt(value, 'IPAM'), 'Driver', 'Options', 'Config');
  if (ipam.Driver === 'default') delete ipam.Driver;
  const options = without(objectAt(value, 'Options'), VXLAN_IDS);
  const result = pruned({ ...body, Options: options, IPAM: ipam }, true) as JsonObject;
  // Every network has IPv4 unless it is said not to; engines before API 1.47 say nothing.
  if (value.EnableIPv4 === false) result.EnableIPv4 = false;
  else delete result.EnableIPv4;
  return result;
}

function swarmBody(value: JsonObject): JsonObject {
  const spec = copyOf(objectAt(value, 'Spec')) as JsonObject;
  const authority = without(
    objectAt(spec, 'CAConfig'),
    'SigningCACert',
    'SigningCAKey',
    'ForceRotate',
  );
  for (const external of listAt(authority, 'ExternalCAs')) {
    if (isObject(external)) drop(external, 'Options');
  }
  return pruned({ ...spec, CAConfig: authority }, false) as JsonObject;
}

function bodyOf(kind: DefinitionKind, value: JsonObject, names: NameMap): JsonObject {
  const spec = objectAt(value, 'Spec');
  switch (kind) {
    case 'service':
      return serviceBody(value, names);
    case 'network':
      return networkBody(value);
    case 'secret':
      return pruned(picked(spec, 'Name', 'Labels', 'Driver', 'Templating'), true) as JsonObject;
    case 'config':
      return pruned(picked(spec, 'Name', 'Labels', 'Data', 'Templating'), true) as JsonObject;
    case 'node':
      return pruned(picked(spec, 'Name', 'Labels', 'Role', 'Availability'), true) as JsonObject;
    case 'volume': {
      const cluster = objectAt(objectAt(value, 'ClusterVolume'), 'Spec');
      const own = picked(value, 'Name', 'Driver', 'Options', 'Labels');
      drop(objectAt(own, 'Labels'), RESTORED_LABEL);
      return pruned({ ...own, ClusterVolumeSpec: cluster }, true) as JsonObject;
    }
    case 'swarm':
      return swarmBody(value);
  }
}

/**
 * A definition without what belongs to its cluster: ids have become names, and what the engine allocates, counts or
 * would choose itself is gone. Two definitions mean the same when their portable forms are equal.
 *
 * An id that `names` does not know stays as it is, so it differs from every name.
 */
export function portable(definition: Definition, names: NameMap): Portable {
  const { kind, name, node } = definition;
  const value = copyOf(definition.value as JsonObject) as JsonObject;
  const body = ordered(copyOf(bodyOf(kind, value, names))) as JsonObject;
  return { kind, name, ...(node === undefined ? {} : { node }), body };
}
