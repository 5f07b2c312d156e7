import type { JsonObject } from '../../../snapshots/swarm/jsonValues';
import { copyOf } from '../../../snapshots/swarm/jsonValues';
import type { Definition } from '../../../snapshots/swarm/layout';
import { differences, portable, replayBody } from '../../../snapshots/swarm/portable';
import type {
  Missing,
  NameMap,
  Portable,
  ReplayOptions,
  TargetIds,
} from '../../../snapshots/swarm/portable';
import { answered } from './model';
import type { Planning } from './model';

/** How the person wants services to be written. */
export function serviceOptions({ choices }: Pick<Planning, 'choices'>): ReplayOptions {
  return {
    pinPorts: answered(choices, 'pinPorts'),
    stripDigest: answered(choices, 'stripDigest'),
  };
}

/** A service as it will be on the target, all that it names under the target's names, and what it would miss. */
export function expectedService(
  definition: Definition,
  name: string,
  planning: Planning,
): { expected: Portable; missing: Missing[]; spec: JsonObject } {
  const find = (kind: 'network' | 'secret' | 'config') => (wanted: string) => {
    const found = planning.available(kind, wanted);
    return found === undefined ? undefined : { id: found, name: found };
  };
  const target: TargetIds = {
    network: find('network'),
    secret: find('secret'),
    config: find('config'),
    node: (wanted) => {
      const node = planning.nodeFor(wanted);
      return node === undefined ? undefined : { id: node.name, name: node.name };
    },
    volume: (wanted) => volumeName(planning, wanted),
  };
  const options = { ...serviceOptions(planning), name };
  const { body, unresolved } = replayBody(definition, planning.source.names, target, options);
  // Names stand where ids would: each means itself.
  const nodes = new Map(planning.target.nodes.map((node) => [node.name, node.name]));
  const none = new Map<string, string>();
  const names: NameMap = { network: none, secret: none, config: none, node: nodes };
  const expected = portable({ ...definition, name, value: { Spec: body } }, names);
  return { expected, missing: unresolved, spec: body };
}

/** The name that a volume of the backup has on the target, where it gets another one on any node. */
export function volumeName(planning: Planning, wanted: string): string | undefined {
  for (const { kind, name, node } of planning.source.definitions) {
    if (kind !== 'volume' || name !== wanted) continue;
    const found = planning.available('volume', name, node);
    if (found !== undefined && found !== wanted) return found;
  }
  return undefined;
}

/** Any other definition as it will be under that name. */
export function expectedOther(definition: Definition, name: string, names: NameMap): Portable {
  const form = portable(definition, names);
  if (definition.kind === 'swarm' || definition.kind === 'node') return form;
  return { ...form, name, body: { ...form.body, Name: name } };
}

/** Where what is there differs from what is wanted. */
export function differsFrom(expected: Portable, live: Definition, names: NameMap): string[] {
  return differences(expected, portable(live, names));
}

/** A copy of the definition's own JSON. */
export function valueOf(definition: Definition): JsonObject {
  return copyOf(definition.value as JsonObject) as JsonObject;
}
