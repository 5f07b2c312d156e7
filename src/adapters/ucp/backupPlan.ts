import type { BackupPlan, BackupRequest, RunContext } from '../../core/ports';
import type { UcpConnections } from './connections';
import { ucpErrors } from './errors';

export function planUcpBackup(
  _: UcpConnections,
  __: BackupRequest,
  ___: RunContext,
): Promise<BackupPlan> {
  throw ucpErrors.notInstalled({ message: 'Not there yet.' });
}
