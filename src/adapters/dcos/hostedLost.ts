import { follow } from '../follow';
import { blinded, goesOn, passes, pausesFor, spanOf } from './hostedFollow';
import type { Deed } from './hostedFollow';

/** Answers of the service that don't show it, after which it was not begun. */
const LOOKS = 3;

/**
 * The answer to a command was lost, and it is not repeated: looks for what shows that it was taken.
 *
 * @param find what shows it; undefined where nothing does, yet
 * @param lost what was lost: thrown where DC/OS does not answer any more
 * @returns undefined where the service answers and nothing shows it
 * @throws `core.cancelled`, which says that the service goes on; `lost`
 */
export async function findTaken<T>(
  { context, silence, what }: Deed,
  find: () => Promise<T | undefined>,
  lost: Error,
): Promise<T | undefined> {
  let looks = 0;
  context.log.warn(`Whether ${what} was begun is looked up: ${lost.message}`);
  const { found } = await follow({
    look: async () => {
      const taken = await find().catch((error: unknown) => {
        throw blinded(what, error);
      });
      return { found: taken, looks: ++looks };
    },
    isOver: (seen) => seen.found !== undefined || seen.looks >= LOOKS,
    passes,
    pauses: pausesFor(silence),
    silence,
    told: ({ elapsed }) =>
      context.progress({ phase: `The answer was lost: looking for ${what} (${spanOf(elapsed)})` }),
    silent: () => lost,
    cancelled: (error) => goesOn(what, error),
    signal: context.signal,
  });
  return found;
}

/** Whatever was thrown as an error. */
export function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
