import { listAt, objectAt } from '../../../snapshots/swarm/jsonValues';
import type { TargetNode } from './model';

const CONSTRAINT = /^\s*([^=!\s]+)\s*(==|!=)\s*(.*?)\s*$/s;

/** Constraints of a service that name a node or a label of one; others are not judged. */
export function placementOf(spec: unknown): string[] {
  const placement = objectAt(objectAt(spec, 'TaskTemplate'), 'Placement');
  return listAt(placement, 'Constraints').filter((item) => typeof item === 'string');
}

/** Whether a node meets a constraint, as far as that is known here. Follows swarmkit `manager/constraint`. */
function meets(
  constraint: string,
  node: TargetNode,
  labels: Readonly<Record<string, string>>,
): boolean {
  const [, key = '', operator, wanted = ''] = CONSTRAINT.exec(constraint) ?? [];
  const matches = (found: string): boolean =>
    (found.toLowerCase() === wanted.toLowerCase()) === (operator === '==');
  const lower = key.toLowerCase();
  if (lower === 'node.hostname') return matches(node.name);
  // Of a node that is still to come nobody knows the id.
  if (lower === 'node.id') return node.id === undefined || matches(node.id);
  if (lower === 'node.role') return matches(node.role);
  if (lower.startsWith('node.labels.'))
    return matches(labels[key.slice('node.labels.'.length)] ?? '');
  return true;
}

/**
 * Constraints because of which no node takes a task of the service: those that none meets, or all of them where only
 * together they leave none.
 */
export function unmet(
  constraints: readonly string[],
  nodes: readonly TargetNode[],
  labelsOf: (node: TargetNode) => Readonly<Record<string, string>>,
): string[] {
  const test = (constraint: string, node: TargetNode) => meets(constraint, node, labelsOf(node));
  if (nodes.some((node) => constraints.every((constraint) => test(constraint, node)))) return [];
  const alone = constraints.filter((constraint) => !nodes.some((node) => test(constraint, node)));
  return alone.length > 0 ? alone : [...constraints];
}
