import type { BackupService } from './backupService';
import type { DcosSettings } from './contract';
import { nanoseconds } from './shapes';

const SECONDS = 1000;
const DAY = 24 * 3600 * SECONDS;

/** A pace at which a person sees what goes on. */
export const TRY_OUT: Partial<DcosSettings> = {
  backup: { looks: 0, milliseconds: 5 * SECONDS },
  restore: { looks: 0, milliseconds: 5 * SECONDS },
  away: { requests: 0, milliseconds: 2 * SECONDS, service: true },
};

/** Backups of different states: a sound one, one that was restored, one that failed. */
export function fillForTryOut(service: BackupService): void {
  const before = (days: number) => ({
    timestamp: nanoseconds(new Date(Date.now() - days * DAY), 197_172),
  });
  service.keep('before-upgrade', before(15), 0);
  service.keep(
    'weekly',
    {
      ...before(9),
      restores: { component_status: { marathon: { status: 'STATUS_READY' } } },
    },
    0,
  );
  service.keep(
    'weekly',
    {
      ...before(2),
      status: 'STATUS_ERROR',
      component_status: {
        marathon: { status: 'STATUS_ERROR', error: 'no space left on device' },
      },
    },
    0,
  );
}
