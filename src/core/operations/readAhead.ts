import { PassThrough, pipeline } from 'node:stream';
import type { Readable } from 'node:stream';

/** Enough that the network never waits for a check or a disk that is as fast as itself. */
const AHEAD_BYTES = 2 << 20;

/**
 * The same bytes, read ahead: small pieces from the network are joined while the ones before are worked on,
 * so that neither waits for the other. Fails when the source fails; destroying it destroys the source.
 */
export function readAhead(source: Readable): Readable {
  const ahead = new PassThrough({ highWaterMark: AHEAD_BYTES });
  // Errors reach whoever reads `ahead`.
  pipeline(source, ahead, () => undefined);
  return ahead;
}
