import { policyOf } from '../../../core/restoreChoices';
import { objectAt, textAt } from '../../../snapshots/swarm/jsonValues';
import type { JsonObject } from '../../../snapshots/swarm/jsonValues';
import type { Definition } from '../../../snapshots/swarm/layout';
import { CODES } from './model';
import type { Decision, Planning, TargetNode } from './model';

export type Labels = Readonly<Record<string, string>>;

/** Labels of a node, a service and so on. */
export function labelsIn(spec: unknown): Labels {
  const labels = Object.entries(objectAt(spec, 'Labels'));
  return Object.fromEntries(
    labels.flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])),
  );
}

/**
 * What a node gets: labels and availability; never another role, as a manager too few may cost the quorum. Labels that
 * it lacks are added; what it has of its own is only changed when replacing was chosen.
 */
export function decideNode(definition: Definition, planning: Planning): Decision {
  const { choices, target } = planning;
  const node = planning.nodeFor(definition.name);
  if (node === undefined) {
    return {
      action: 'cannot',
      code: CODES.nodeMissing,
      reason: `The target has no node ${definition.name}; say which node takes its place.`,
    };
  }
  const mapped = node.name === definition.name ? {} : { target: node.name };
  const wanted = objectAt(definition.value, 'Spec');
  const live = objectAt(planning.live('node', node.name)?.value, 'Spec');
  const found = differencesOf(wanted, live);
  const role = roleNote(wanted, live);
  const said = (reason?: string) => {
    const text = [reason, role].filter((part) => part !== undefined).join(' ');
    return text === '' ? {} : { reason: text };
  };
  if (found.length === 0) return { action: 'leave', ...mapped, ...said() };
  const adds = found.filter(({ change }) => change === 'adds').map(({ path }) => path);
  const takes = found.filter(({ change }) => change !== 'adds');
  const differences = found.map(({ path }) => path);
  // A node that this restore itself makes has nothing of its own.
  const isNew = !target.swarm;
  if (isNew || takes.length === 0) {
    return {
      action: 'update',
      ...mapped,
      differences,
      ...said(`It gets ${adds.join(', ') || 'its availability'}.`),
    };
  }
  if (policyOf(choices, definition.id) === 'replace') {
    return {
      action: 'update',
      ...mapped,
      differences,
      destructive: true,
      ...said('Its labels and its availability become those of the backup.'),
    };
  }
  return { action: 'conflict', code: CODES.differs, ...mapped, differences, ...said() };
}

function differencesOf(wanted: JsonObject, live: JsonObject) {
  const [before, after] = [labelsIn(live), labelsIn(wanted)];
  const found: { path: string; change: 'adds' | 'changes' }[] = [];
  for (const [key, value] of Object.entries(after)) {
    if (before[key] === value) continue;
    found.push({
      path: `Labels[${JSON.stringify(key)}]`,
      change: before[key] === undefined ? 'adds' : 'changes',
    });
  }
  const availability = textAt(wanted, 'Availability');
  if (availability !== undefined && availability !== (textAt(live, 'Availability') ?? 'active')) {
    found.push({ path: 'Availability', change: 'changes' });
  }
  return found;
}

function roleNote(wanted: JsonObject, live: JsonObject): string | undefined {
  const [was, is] = [textAt(wanted, 'Role'), textAt(live, 'Role')];
  if (was === undefined || is === undefined || was === is) return undefined;
  return `It was a ${was} and is a ${is}; roles are not changed.`;
}

/** The body that a node gets. */
export function nodeBody(definition: Definition, live: JsonObject, replace: boolean): JsonObject {
  const wanted = objectAt(definition.value, 'Spec');
  const labels = replace ? labelsIn(wanted) : { ...labelsIn(live), ...labelsIn(wanted) };
  const availability = textAt(wanted, 'Availability') ?? textAt(live, 'Availability') ?? 'active';
  return { ...live, Labels: { ...labels }, Availability: availability };
}

/** Labels of each node once the chosen changes are made, by its name. */
export function labelsAfter(
  node: TargetNode,
  definition: Definition | undefined,
  decision: Decision | undefined,
): Labels {
  if (definition === undefined || decision?.action !== 'update') return node.labels;
  const wanted = labelsIn(objectAt(definition.value, 'Spec'));
  return decision.destructive === true ? wanted : { ...node.labels, ...wanted };
}
