import { coreErrors } from '../../../core/errors';
import type { ChangeResult } from '../../../core/plan';
import type { ItemisedAdapter } from '../../../core/ports';
import type { SwarmConnections } from '../connections';

type Request = Parameters<ItemisedAdapter['applyChanges']>;

/** Carries the chosen changes out. */
export function applyChanges(
  _swarm: SwarmConnections,
  _request: Request[0],
  _context: Request[1],
): Promise<ChangeResult[]> {
  return Promise.reject(coreErrors.unsupported({ message: 'A swarm can’t be restored yet.' }));
}
