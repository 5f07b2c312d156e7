import type { HostedBackups } from '../../core/ports';
import type { UcpConnections } from './connections';
import { ucpErrors } from './errors';

export function hostedBackups(_: UcpConnections): HostedBackups {
  throw ucpErrors.notInstalled({ message: 'Not there yet.' });
}
