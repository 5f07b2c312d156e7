import type { Capabilities } from '../core/ports';

/** Whether a mode's backup can be placed: the server that takes it, or what it is taken of, can be chosen. */
export function canPlace(
  { takenOn, modes }: Pick<Capabilities, 'takenOn' | 'modes'>,
  mode: string,
) {
  if (takenOn === undefined) return false;
  // What the platform keeps on its own side it makes where it likes, unless it says otherwise.
  return takenOn.modes?.includes(mode) ?? modes.find(({ id }) => id === mode)?.hosted !== true;
}
