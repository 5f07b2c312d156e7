import { STACK_LABEL } from '../layout';
import type { Remainder } from './remainder';

/** Written by `docker stack deploy` itself: what the Compose file said for the image. */
export const IMAGE_LABEL = 'com.docker.stack.image';

/** An object's labels but for those that `docker stack deploy` gives; where it would add one, that is a loss. */
export function ownLabels(from: Remainder, stack: string): Record<string, string> | undefined {
  const { [STACK_LABEL]: given, [IMAGE_LABEL]: _image, ...own } = from.map('Labels') ?? {};
  if (given !== stack) from.lose('Labels', `without ${STACK_LABEL}, which deploying adds`);
  return Object.keys(own).length === 0 ? undefined : own;
}
