import type { ChangeResult } from '../../../core/plan';
import type { ItemisedAdapter } from '../../../core/ports';
import type { SwarmConnections } from '../connections';
import { Application } from './application';

type Request = Parameters<ItemisedAdapter['applyChanges']>;

/**
 * Carries the chosen changes out while the backup streams by: the swarm, what has no content, volumes as they come, and
 * services once the whole backup has been checked. Then reads everything back.
 *
 * @throws `core.cancelled`; what stops it before anything was done
 */
export function applyChanges(
  swarm: SwarmConnections,
  request: Request[0],
  context: Request[1],
): Promise<ChangeResult[]> {
  return new Application(swarm, request, context).run();
}
