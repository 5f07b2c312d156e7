import { definitionId, STACK_LABEL } from '../../../src/snapshots/swarm/layout';
import type { Definition, DefinitionKind } from '../../../src/snapshots/swarm/layout';

type Value = Record<string, unknown>;
/** What the engine's lists gave, as they came. */
export interface EngineLists {
  swarm?: Value;
  nodes?: Value[];
  networks?: Value[];
  secrets?: Value[];
  configs?: Value[];
  volumes?: Value[];
  services?: Value[];
}

const at = (value: unknown, ...path: string[]): unknown =>
  path.reduce<unknown>((from, key) => (from as Value | null | undefined)?.[key], value);

function define(kind: DefinitionKind, value: Value, path: string[], node?: string): Definition {
  const name = (at(value, ...path) as string | undefined) ?? kind;
  const stack = at(value, 'Spec', 'Labels', STACK_LABEL) ?? at(value, 'Labels', STACK_LABEL);
  return {
    id: definitionId(kind, name, node),
    kind,
    name,
    ...(node === undefined ? {} : { node }),
    ...(typeof stack === 'string' ? { stack } : {}),
    value,
  };
}

/** The lists as definitions; volumes are `node`'s. */
export function definitionsOf(lists: EngineLists, node = 'node1'): Definition[] {
  const all = (kind: DefinitionKind, list: Value[] | undefined, path: string[]): Definition[] =>
    (list ?? []).map((value) => define(kind, value, path, kind === 'volume' ? node : undefined));
  return [
    ...all('swarm', lists.swarm === undefined ? [] : [lists.swarm], ['none']),
    ...all('node', lists.nodes, ['Description', 'Hostname']),
    ...all('network', lists.networks, ['Name']),
    ...all('secret', lists.secrets, ['Spec', 'Name']),
    ...all('config', lists.configs, ['Spec', 'Name']),
    ...all('volume', lists.volumes, ['Name']),
    ...all('service', lists.services, ['Spec', 'Name']),
  ];
}

/** The one of that id. */
export function definition(definitions: readonly Definition[], id: string): Definition {
  const found = definitions.find((one) => one.id === id);
  if (found === undefined) throw new Error(`no ${id}`);
  return found;
}
