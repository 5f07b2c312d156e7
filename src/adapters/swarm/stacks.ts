import { composeOf } from '../../snapshots/swarm/compose/composeOf';
import type { Definition } from '../../snapshots/swarm/layout';
import type { Chosen } from './scope';

/** Losses that are told of a stack; the rest is only counted. */
const TOLD = 3;

/**
 * A Compose file for each whole stack that can be written so without loss, and notes on the others.
 *
 * @param all of the cluster: a stack may name networks of others
 */
export function stackFiles(
  all: readonly Definition[],
  { only, definitions }: Chosen,
): { stacks: { name: string; yaml: string }[]; notes: string[] } {
  const names = new Set(
    only === undefined
      ? definitions.flatMap(({ stack }) => stack ?? [])
      : only.flatMap(({ kind, name }) => (kind === 'stack' ? name : [])),
  );
  const stacks: { name: string; yaml: string }[] = [];
  const notes: string[] = [];
  for (const name of [...names].sort()) {
    const compose = composeOf(name, all);
    if ('yaml' in compose) stacks.push({ name, yaml: compose.yaml });
    else {
      const told = compose.loss.slice(0, TOLD).join('; ');
      const more = compose.loss.length > TOLD ? `; and ${compose.loss.length - TOLD} more` : '';
      notes.push(`Stack ${name} has no Compose file, because it would lose: ${told}${more}.`);
    }
  }
  return { stacks, notes };
}
