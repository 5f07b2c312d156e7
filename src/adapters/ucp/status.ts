import type { ClusterStatus, Inventory } from '../../core/model';
import type { RunContext } from '../../core/ports';
import type { UcpConnections } from './connections';
import { ucpErrors } from './errors';

export function readStatus(_: UcpConnections, __: RunContext): Promise<ClusterStatus> {
  throw ucpErrors.notInstalled({ message: 'Not there yet.' });
}

export function countInventory(_: UcpConnections, __: RunContext): Promise<Inventory> {
  throw ucpErrors.notInstalled({ message: 'Not there yet.' });
}
