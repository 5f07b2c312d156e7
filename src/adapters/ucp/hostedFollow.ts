import { coreErrors, isCancellation, isClusterBackupError } from '../../core/errors';
import type { RunContext } from '../../core/ports';
import { pauseFor } from '../retry';
import type { UcpApi } from './api';
import { ucpApiErrors } from './apiErrors';
import type { ApiBackup } from './apiWire';
import { stateOf } from './hostedBackup';

/** Milliseconds between two looks: at first, and at most. */
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 10_000;
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
export async function follow(
  api: UcpApi,
  id: string,
  fileName: string,
  silence: number,
  context: RunContext,
): Promise<ApiBackup> {
  const { signal, log } = context;
  const begun = Date.now();
  let changed = begun;
  let last = '';
  let unknown = 0;
  let trouble: unknown;
  for (let pause = FIRST_PAUSE; ; pause = Math.min(LONGEST_PAUSE, pause * 1.5)) {
    let backup: ApiBackup | undefined;
    try {
      backup = await api.one(id, signal);
      trouble = undefined;
      unknown = backup === undefined ? unknown + 1 : 0;
    } catch (error) {
      if (isCancellation(error)) throw goesOn(fileName, error);
      if (!isClusterBackupError(error) || !PASSING.test(error.code)) throw error;
      log.warn(`The backup ${fileName} could not be looked at: ${error.message}`);
      trouble = error;
    }
    const state = backup === undefined ? undefined : stateOf(backup);
    if (backup !== undefined && (state === 'ready' || state === 'failed')) return backup;
    if (unknown >= UNKNOWN_LOOKS) {
      throw ucpApiErrors.hostedUnknown({
        message: `${api.where} began the backup ${fileName} and does not know it any more.`,
      });
    }
    const now = JSON.stringify(backup ?? last);
    if (backup !== undefined && now !== last) [last, changed] = [now, Date.now()];
    const waited = Date.now() - changed;
    if (waited > silence) throw silent(api, fileName, backup, silence, trouble);
    context.progress({ phase: phaseOf(fileName, backup, trouble, Date.now() - begun) });
    const left = Math.max(0, silence - waited) + 1;
    try {
      await pauseFor(Math.min(pause, left), signal);
    } catch (error) {
      throw goesOn(fileName, error);
    }
  }
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
