import { createHash } from 'node:crypto';
import { isCancellation, throwIfCancelled } from '../core/errors';

export interface Token {
  value: string;
  /** Milliseconds since 1970; left out where it does not say. */
  expires?: number;
}

/** Asks for a new token, e.g. by logging in. Runs for all who wait for it: no single caller's signal ends it. */
export type AskToken = () => Promise<Token>;

/** A token that is got when it is first needed, and anew before it runs out. Kept in memory only. */
export class TokenKeeper {
  #asked: Promise<Token> | undefined;

  /**
   * @param margin milliseconds before its end at which a token is no longer used
   * @param now milliseconds since 1970; tests hold time still
   */
  constructor(
    private readonly ask: AskToken,
    private readonly margin: number,
    private readonly now: () => number = Date.now,
  ) {}

  /** A token that holds for a while yet. Callers at the same time share one question. */
  async get(signal: AbortSignal): Promise<string> {
    throwIfCancelled(signal);
    const asked = this.#asked;
    const held = await this.#next(signal);
    if (held.expires === undefined || held.expires - this.margin > this.now()) return held.value;
    // One that was got just now and is too short-lived for the margin is used as it comes.
    if (asked === undefined) return held.value;
    if (this.#asked === asked) this.#asked = undefined;
    return (await this.#next(signal)).value;
  }

  /** It was refused: the next caller gets another. */
  async drop(value: string): Promise<void> {
    const asked = this.#asked;
    const held = await asked?.catch(() => undefined);
    if (held?.value === value && this.#asked === asked) this.#asked = undefined;
  }

  /** What is held or asked for. A failure is nobody's but theirs who waited for it. */
  async #next(signal: AbortSignal): Promise<Token> {
    const asked = (this.#asked ??= this.ask());
    try {
      return await untilCancelled(asked, signal);
    } catch (error) {
      if (this.#asked === asked && !isCancellation(error)) this.#asked = undefined;
      throw error;
    }
  }
}

/** Of this thread, by who logs in where: operations come and go, a token outlives them. */
const keepers = new Map<string, TokenKeeper>();

/**
 * The keeper for these credentials at this address.
 *
 * @param credentials all that decides whose token it is; only their hash is kept
 */
export function sharedTokens(credentials: readonly string[], make: () => TokenKeeper): TokenKeeper {
  const key = createHash('sha256').update(JSON.stringify(credentials)).digest('hex');
  let keeper = keepers.get(key);
  if (keeper === undefined) {
    keeper = make();
    keepers.set(key, keeper);
  }
  return keeper;
}

async function untilCancelled<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop: (() => void) | undefined;
  const cancelled = new Promise<never>((_, reject) => {
    stop = () => {
      try {
        throwIfCancelled(signal);
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    };
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, cancelled]);
  } finally {
    if (stop !== undefined) signal.removeEventListener('abort', stop);
  }
}
