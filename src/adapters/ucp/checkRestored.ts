import type { RestoreCheck, RunContext, WholeRequest } from '../../core/ports';
import type { UcpConnections } from './connections';
import { ucpErrors } from './errors';

export function checkRestored(
  _: UcpConnections,
  __: WholeRequest,
  ___: RunContext,
): Promise<RestoreCheck[]> {
  throw ucpErrors.notInstalled({ message: 'Not there yet.' });
}
