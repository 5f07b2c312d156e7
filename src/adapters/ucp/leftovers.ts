import type { RunContext } from '../../core/ports';
import type { UcpConnections } from './connections';
import { ucpErrors } from './errors';

export function resumeRuns(_: UcpConnections, __: RunContext): Promise<string[]> {
  throw ucpErrors.notInstalled({ message: 'Not there yet.' });
}

export function interruptedRuns(_: UcpConnections): Promise<string[]> {
  return Promise.resolve([]);
}
