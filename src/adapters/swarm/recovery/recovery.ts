import { coreErrors } from '../../../core/errors';
import type { RunContext } from '../../../core/ports';
import type { Recovery } from '../../../core/recovery';
import type { SwarmConnections } from '../connections';

const notThere = () => coreErrors.unsupported({ message: 'A swarm can’t be recovered yet.' });

/** Where the walk back from lost quorum stands. */
export function readRecovery(_swarm: SwarmConnections, _context: RunContext): Promise<Recovery> {
  return Promise.reject(notThere());
}

/** Takes one step of it. */
export function takeRecoveryStep(
  _swarm: SwarmConnections,
  _step: string,
  _answers: Readonly<Record<string, string>>,
  _context: RunContext,
): Promise<Recovery> {
  return Promise.reject(notThere());
}
