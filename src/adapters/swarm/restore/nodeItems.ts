import type { PlannedChange, RestorePlanItem } from '../../../core/plan';
import { list } from './decideNetwork';
import { CODES } from './model';
import type { PlanInput } from './model';
import { nodeOf, nodesOf } from './planner';

/** Which nodes take the place of which, and which are missing. */
export function nodeItems(input: PlanInput, changes: readonly PlannedChange[]): RestorePlanItem[] {
  const { target } = input;
  const items: RestorePlanItem[] = [];
  const missing: string[] = [];
  for (const name of nodesOf(input.source)) {
    const node = nodeOf(name, input);
    if (node !== undefined && node.name !== name) {
      items.push({
        severity: 'info',
        code: 'swarm.nodeMapped',
        title: `Node ${node.name} takes the place of ${name}`,
      });
    }
    const wanted = changes.some(
      ({ id, chosen, code }) =>
        chosen &&
        code === CODES.nodeMissing &&
        (id === `node/${name}` || id.startsWith(`volume/${name}/`)),
    );
    if (wanted) missing.push(name);
  }
  const options = target.nodes.map(({ name, reached }) => ({
    value: name,
    label: reached ? name : `${name} (its engine is not given)`,
  }));
  if (missing.length > 0) {
    items.push({
      severity: 'warning',
      code: 'swarm.nodeMissing',
      title: `The target does not have, or does not reach, ${list(missing)}`,
      detail: 'What belongs to these nodes is not restored, unless another node takes their place.',
      questions: missing.map((name) => ({
        answer: `node:${name}`,
        title: `Node that takes the place of ${name}`,
        options,
      })),
    });
  }
  if (target.unreached.length > 0) {
    items.push({
      severity: 'warning',
      code: 'swarm.engineUnreached',
      title: 'Not all engines that are listed were reached',
      detail: target.unreached.join('; '),
    });
  }
  return items;
}
