import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { throwIfCancelled } from '../errors';
import type { StoredSource } from './source';

/** Time that only goes on, to pace by; tests bring their own. */
export interface Pacer {
  /** Milliseconds since any moment. */
  now(): number;
  /** Also ends, without an error, when the signal is aborted. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

const realPacer: Pacer = {
  now: () => performance.now(),
  sleep: (milliseconds, signal) =>
    delay(milliseconds, undefined, { signal }).catch(() => undefined),
};

/** What is let through at once is at most this part of a second's worth, so that a slow rate does not come in bursts. */
const PIECES_A_SECOND = 4;
const SMALLEST_PIECE = 4096;

/**
 * The same source, read no faster than at a rate: who reads waits, and so does the disk. A reader that was slower for a
 * while does not catch up.
 *
 * @param rate bytes a second
 */
export function paced(
  source: StoredSource,
  rate: number,
  signal: AbortSignal,
  pacer: Pacer = realPacer,
): StoredSource {
  return { ...source, open: async () => slowed(await source.open(), { rate, signal, pacer }) };
}

function slowed(
  stream: Readable,
  { rate, signal, pacer }: { rate: number; signal: AbortSignal; pacer: Pacer },
): Readable {
  const most = Math.max(SMALLEST_PIECE, Math.floor(rate / PIECES_A_SECOND));
  async function* pieces(): AsyncGenerator<Uint8Array> {
    // When what has passed may have passed.
    let free = pacer.now();
    try {
      for await (const chunk of stream as AsyncIterable<Uint8Array>) {
        for (let from = 0; from < chunk.length; from += most) {
          const now = pacer.now();
          if (free > now) await pacer.sleep(free - now, signal);
          throwIfCancelled(signal);
          const piece = chunk.subarray(from, from + most);
          free = Math.max(free, pacer.now()) + (piece.length / rate) * 1000;
          yield piece;
        }
      }
    } finally {
      stream.destroy();
    }
  }
  // Nothing is read ahead of who asks.
  const slow = Readable.from(pieces(), { highWaterMark: 1 });
  return slow.once('close', () => stream.destroy());
}
