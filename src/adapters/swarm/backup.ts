import { coreErrors } from '../../core/errors';
import type { BackupRequest, BackupSource, RunContext } from '../../core/ports';
import type { SwarmConnections } from './connections';

/** Begins a backup. */
export function startBackup(
  _connections: SwarmConnections,
  _request: BackupRequest,
  _context: RunContext,
): Promise<BackupSource> {
  return Promise.reject(coreErrors.unsupported({ message: 'A swarm can’t be backed up yet.' }));
}
