import { isCancellation } from '../core/errors';
import { pauseFor } from './retry';

/** What is followed to its end, and how patiently. Times in milliseconds. */
export interface Followed<T> {
  look(): Promise<T>;
  isOver(seen: T): boolean;
  /** A failure that may pass while the platform works: it is looked at again. Cancellation never passes. */
  passes(error: unknown): boolean;
  /** Between two looks: at first, at most. Starts over whenever something has changed. */
  pauses: { first: number; longest: number };
  /** How long nothing may change, nor be heard. */
  silence: number;
  /** Told after each look: what was seen, or the failure that may pass, and the time since the start. */
  told(now: { seen: T | undefined; trouble: unknown; elapsed: number }): void;
  /** What is thrown once it has been silent too long. */
  silent(last: { seen: T | undefined; trouble: unknown }): Error;
  /** What is thrown when the person cancels: the platform may go on by itself. */
  cancelled(error: unknown): unknown;
  signal: AbortSignal;
  /** Tests hold time still. */
  now?: () => number;
  pause?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/**
 * Looks again and again, less and less often, until it is over. Lost connections are waited out; it never waits for
 * ever.
 *
 * @returns what was seen last
 */
export async function follow<T>(followed: Followed<T>): Promise<T> {
  const { pauses, silence, signal, now = Date.now, pause: sleep = pauseFor } = followed;
  const begun = now();
  let changed = begun;
  let last: { seen: T | undefined; text: string } = { seen: undefined, text: '' };
  for (let pause = pauses.first; ; pause = Math.min(pauses.longest, pause * 1.5)) {
    let trouble: unknown;
    try {
      const seen = await followed.look();
      const text = JSON.stringify(seen);
      if (text !== last.text) {
        changed = now();
        pause = pauses.first;
      }
      last = { seen, text };
    } catch (error) {
      if (isCancellation(error)) throw followed.cancelled(error);
      if (!followed.passes(error)) throw error;
      trouble = error;
    }
    followed.told({ seen: last.seen, trouble, elapsed: now() - begun });
    if (trouble === undefined && last.seen !== undefined && followed.isOver(last.seen)) {
      return last.seen;
    }
    const waited = now() - changed;
    if (waited > silence) throw followed.silent({ seen: last.seen, trouble });
    try {
      await sleep(Math.min(pause, Math.max(0, silence - waited) + 1), signal);
    } catch (error) {
      throw followed.cancelled(error);
    }
  }
}
