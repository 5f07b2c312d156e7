import { StringDecoder } from 'node:string_decoder';
import type { Readable } from 'node:stream';

/** How much of a hook's output is kept, in bytes. */
export const OUTPUT_BYTES = 64 * 1024;

/**
 * Hands out what a hook prints, line by line, up to a limit; the rest is read and dropped, so that a hook is never held
 * up by a full pipe.
 *
 * @param limit bytes
 */
export function linesOf(
  streams: readonly Readable[],
  line: (text: string) => void,
  limit = OUTPUT_BYTES,
): { end(): void } {
  let left = limit;
  const ends = streams.map((stream) => {
    const decoder = new StringDecoder('utf8');
    let rest = '';
    stream.on('error', () => undefined);
    stream.on('data', (chunk: Buffer) => {
      if (left <= 0) return;
      const taken = chunk.subarray(0, left);
      left -= chunk.length;
      const lines = (rest + decoder.write(taken)).split(/\r?\n/);
      rest = lines.pop() ?? '';
      lines.forEach(line);
      if (left >= 0) return;
      if (rest !== '') line(rest);
      rest = '';
      line(`… (what came after ${limit} bytes is left out)`);
    });
    return () => {
      if (rest !== '') line(rest);
      rest = '';
    };
  });
  return { end: () => ends.forEach((end) => end()) };
}
