import { PassThrough, pipeline } from 'node:stream';
import type { Readable } from 'node:stream';

/** Pieces taken from the network before they are asked for: of 64 KB, as they come, 4 MB. */
const AHEAD_PIECES = 64;

/**
 * The same pieces, read ahead, so that the network and the work on what has come do not wait for each other.
 * Pieces are not joined: that would copy them. Fails when the source fails; destroying it destroys the source.
 */
export function readAhead(source: Readable): Readable {
  const ahead = new PassThrough({ objectMode: true, highWaterMark: AHEAD_PIECES });
  // Errors reach whoever reads `ahead`.
  pipeline(source, ahead, () => undefined);
  return ahead;
}
