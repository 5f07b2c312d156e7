import { startDcosStandIn } from '../../standins/dcos/server';
import type { DcosStandIn } from '../../standins/dcos/contract';
import { nanoseconds } from '../../standins/dcos/shapes';

const HOUR = 3_600_000;

/** A stand-in of a master, with TLS of its own CA, for what is shown of it: it has backups of different states. */
export async function masterWithBackups(): Promise<DcosStandIn> {
  const dcos = await startDcosStandIn({
    tls: true,
    away: { requests: 2, milliseconds: 0, service: true },
    restores: 'array',
  });
  const ago = (hours: number) => nanoseconds(new Date(Date.now() - hours * HOUR), 197_172);
  const marathon = (status: string, more = {}) => ({ marathon: { status, ...more } });
  dcos.keep('before-upgrade', { timestamp: ago(15 * 24) });
  dcos.keep('weekly', {
    timestamp: ago(9 * 24),
    restores: {
      timestamp: ago(8 * 24),
      status: 'STATUS_READY',
      component_status: marathon('STATUS_READY'),
    },
  });
  dcos.keep('nightly', {
    timestamp: ago(5),
    status: 'STATUS_ERROR',
    component_status: marathon('STATUS_ERROR', { error: 'no space left on device' }),
  });
  return dcos;
}
