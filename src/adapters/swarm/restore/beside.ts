import type { Definition } from '../../../snapshots/swarm/layout';
import { CODES } from './model';
import type { Decision, Planning } from './model';
import { namesBeside } from './names';

/** Tried one after the other before we give up on finding a free name. */
const MAX_TRIES = 100;

/**
 * Something that gets another name than the one in the backup: the person's, or the first free one. One that is there
 * under such a name and is the same was made by an earlier run, and stays.
 */
export function beside(
  definition: Definition,
  planning: Planning,
  how: { same(live: Definition): boolean; create(target: string): Decision },
): Decision {
  const { kind, id, name, node } = definition;
  const place = node === undefined ? undefined : planning.nodeFor(node)?.name;
  const wanted = planning.choices.rename?.[id];
  const names = wanted === undefined ? namesBeside(name) : [wanted];
  let tries = 0;
  for (const target of names) {
    const live = planning.live(kind, target, place);
    if (live !== undefined && how.same(live)) return { action: 'leave', target };
    if (!planning.taken(kind, target, place)) return how.create(target);
    if (++tries >= MAX_TRIES) break;
  }
  return {
    action: 'cannot',
    code: CODES.nameTaken,
    reason: `The name ${wanted ?? `${name}-restored`} is taken by something else; give another one.`,
  };
}
