import { coreErrors, isClusterBackupError } from '../../core/errors';
import type { RunContext } from '../../core/ports';
import { follow } from '../follow';
import type { UcpApi } from './api';
import { ucpApiErrors } from './apiErrors';
import type { ApiBackup } from './apiWire';
import { stateOf } from './hostedBackup';

/** Milliseconds between two looks: at first, and at most. */
const PAUSES = { first: 250, longest: 10_000 };
/** What may pass while the product works: controllers restart, balancers change over. */
const PASSING =
  /^(http\.(unreachable|timeout|reset|cut|stalled)|ucp\.(apiFailed|apiLimited|notUcp))$/;
/** A backup that was just begun may not be known yet. */
const UNKNOWN_LOOKS = 5;

/**
 * Looks at a backup until it is over, less and less often. Lost connections and failures of the server are waited out.
 *
 * @param silence milliseconds: how long nothing may be heard of it, or nothing may change
 * @returns it, finished or failed
 * @throws `ucp.hostedSilent`, `ucp.hostedUnknown`, `core.cancelled`, which says that the product goes on
 */
export async function followBackup(
  api: UcpApi,
  id: string,
  fileName: string,
  silence: number,
  context: RunContext,
): Promise<ApiBackup> {
  const { signal, log } = context;
  const gone = () =>
    ucpApiErrors.hostedUnknown({
      message: `${api.where} began the backup ${fileName} and does not know it any more.`,
    });
  let unknown = 0;
  let known: ApiBackup | undefined;
  const last = await follow<ApiBackup | undefined>({
    look: async () => {
      const backup = await api.one(id, signal);
      unknown = backup === undefined ? unknown + 1 : 0;
      if (unknown >= UNKNOWN_LOOKS) throw gone();
      known = backup ?? known;
      return known;
    },
    isOver: (backup) =>
      backup !== undefined && unknown === 0 && ['ready', 'failed'].includes(stateOf(backup)),
    passes: (error) => isClusterBackupError(error) && PASSING.test(error.code),
    pauses: PAUSES,
    silence,
    told: ({ seen, trouble, elapsed }) => {
      if (trouble instanceof Error) {
        log.warn(`The backup ${fileName} could not be looked at: ${trouble.message}`);
      }
      context.progress({ phase: phaseOf(fileName, seen, trouble, elapsed) });
    },
    silent: ({ seen, trouble }) => silent(api, fileName, seen, silence, trouble),
    cancelled: (error) => goesOn(fileName, error),
    signal,
  });
  // It was over, so it was seen.
  return last ?? Promise.reject(gone());
}

/** What is said of a backup that nobody follows any more. */
export function goesOn(fileName: string, cause: unknown) {
  return coreErrors.cancelled({
    message: `Cancelled: the backup ${fileName} is not followed any more. The product can't be stopped and goes on with it, if it has begun.`,
    next: 'Look at the list of the backups on the managers to see what became of it.',
    cause,
  });
}

function phaseOf(
  fileName: string,
  backup: ApiBackup | undefined,
  trouble: unknown,
  elapsed: number,
): string {
  const seconds = Math.floor(elapsed / 1000);
  const time = seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  if (trouble !== undefined) return `Waiting for the product to answer again (${time})`;
  const where = backup?.nodeLocation ? ` on ${backup.nodeLocation}` : '';
  return `The product writes ${fileName}${where} (${time})`;
}

function silent(
  api: UcpApi,
  fileName: string,
  backup: ApiBackup | undefined,
  silence: number,
  cause: unknown,
) {
  const seconds = silence / 1000;
  const message =
    cause instanceof Error
      ? `Nothing was heard of the backup ${fileName} for ${seconds} seconds: ${cause.message}`
      : `${api.where} says of the backup ${fileName} for ${seconds} seconds nothing but ${backup?.state || 'nothing'}.`;
  return ucpApiErrors.hostedSilent({ message, cause });
}
