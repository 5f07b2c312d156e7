import { setTimeout as delay } from 'node:timers/promises';
import { throwIfCancelled } from '../core/errors';

/** Tries in all, the first included. */
const ATTEMPTS = 4;
const FIRST_PAUSE = 250;
/** A server that asks for more than this is told to the person instead of waited for. */
const LONGEST_PAUSE = 30_000;

/** What a failed try says about the next one. */
export interface Repeat {
  /** Milliseconds the server asked to wait (`Retry-After`), if it did. */
  after?: number | undefined;
}

/**
 * Repeats what is safe to repeat, with exponential back-off and jitter. Only for requests that change nothing.
 *
 * @param attempt one try
 * @param judge says whether a failure may pass; undefined ends it
 * @throws the last failure, or `core.cancelled`
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  judge: (error: unknown) => Repeat | undefined,
  signal: AbortSignal,
): Promise<T> {
  for (let failures = 1; ; failures++) {
    throwIfCancelled(signal);
    try {
      return await attempt();
    } catch (error) {
      throwIfCancelled(signal);
      const repeat = judge(error);
      const pause = repeat?.after ?? backOff(failures);
      if (repeat === undefined || failures === ATTEMPTS || pause > LONGEST_PAUSE) throw error;
      await pauseFor(pause, signal);
    }
  }
}

/** Sleeps, and ends at once with `core.cancelled` when the signal is aborted. */
export async function pauseFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal }).catch((error: unknown) => {
    throwIfCancelled(signal);
    throw error;
  });
}

/**
 * `Retry-After` in milliseconds: a number of seconds or an HTTP date (RFC 9110, section 10.2.3).
 *
 * @param now milliseconds since 1970
 */
export function retryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

function backOff(failures: number): number {
  // Between half and all of it, so that many callers do not come back at the same moment.
  return FIRST_PAUSE * 2 ** (failures - 1) * (0.5 + Math.random() / 2);
}
