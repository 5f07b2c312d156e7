import type { BackupRequest, BackupSource, RunContext } from '../../core/ports';
import type { UcpConnections } from './connections';
import { ucpErrors } from './errors';

export function startBackup(
  _: UcpConnections,
  __: BackupRequest,
  ___: RunContext,
): Promise<BackupSource> {
  throw ucpErrors.notInstalled({ message: 'Not there yet.' });
}
