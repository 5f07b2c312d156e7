import { coreErrors } from '../../../core/errors';
import type { ItemisedAdapter, ItemisedPlan } from '../../../core/ports';
import type { SwarmConnections } from '../connections';

type Request = Parameters<ItemisedAdapter['planChanges']>;

/** Plans a restore object by object. */
export function planChanges(
  _swarm: SwarmConnections,
  _request: Request[0],
  _context: Request[1],
): Promise<ItemisedPlan> {
  return Promise.reject(coreErrors.unsupported({ message: 'A swarm can’t be restored yet.' }));
}
