import type { ContentsGroup } from '../../core/model';
import type { RunContext } from '../../core/ports';
import type { UcpConnections } from './connections';
import { ucpErrors } from './errors';

export function readContents(_: UcpConnections, __: RunContext): Promise<ContentsGroup[]> {
  throw ucpErrors.notInstalled({ message: 'Not there yet.' });
}
