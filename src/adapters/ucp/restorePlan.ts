import type { RunContext, WholePlan, WholeRequest } from '../../core/ports';
import type { UcpConnections } from './connections';
import { ucpErrors } from './errors';

export function planUcpRestore(
  _: UcpConnections,
  __: WholeRequest,
  ___: RunContext,
): Promise<WholePlan> {
  throw ucpErrors.notInstalled({ message: 'Not there yet.' });
}
