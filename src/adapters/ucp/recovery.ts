import type { RunContext } from '../../core/ports';
import type { Recovery } from '../../core/recovery';
import type { UcpConnections } from './connections';
import { ucpErrors } from './errors';

export function readUcpRecovery(_: UcpConnections, __: RunContext): Promise<Recovery> {
  throw ucpErrors.notInstalled({ message: 'Not there yet.' });
}

export function takeUcpRecoveryStep(
  _: UcpConnections,
  __: string,
  ___: Readonly<Record<string, string>>,
  ____: RunContext,
): Promise<Recovery> {
  throw ucpErrors.notInstalled({ message: 'Not there yet.' });
}
