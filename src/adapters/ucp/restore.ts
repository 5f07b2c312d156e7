import type { Readable } from 'node:stream';
import type { RunContext, WholeRequest } from '../../core/ports';
import type { UcpConnections } from './connections';
import { ucpErrors } from './errors';

export function sendRestore(
  _: UcpConnections,
  __: WholeRequest & { stream: Readable; size: number | undefined },
  ___: RunContext,
): Promise<void> {
  throw ucpErrors.notInstalled({ message: 'Not there yet.' });
}
