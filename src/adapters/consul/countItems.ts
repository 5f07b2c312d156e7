import type { Readable } from 'node:stream';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN = [0x5b, 0x7b];
const CLOSE = [0x5d, 0x7d];
const NULL = 'null';

/**
 * Counts the items of a JSON array or the members of a JSON object as its bytes pass by: a list of a million keys
 * needs no memory. `null` counts as an empty list.
 *
 * @returns undefined when it is neither, or does not end where it should
 * @throws what made the stream fail
 */
export async function countItems(stream: Readable): Promise<number | undefined> {
  let depth = 0;
  let inString = false;
  let escaped = false;
  let commas = 0;
  let filled = false;
  let closed = false;
  let loose = '';

  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    for (const byte of chunk) {
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) inString = false;
        continue;
      }
      if (byte <= 0x20) continue;
      if (OPEN.includes(byte)) {
        if (closed) return undefined;
        if (depth === 1) filled = true;
        depth++;
      } else if (CLOSE.includes(byte)) {
        depth--;
        closed = depth === 0;
      } else if (depth === 0) {
        if (loose.length < NULL.length) loose += String.fromCharCode(byte);
        else return undefined;
      } else if (byte === COMMA) {
        if (depth === 1) commas++;
      } else {
        if (depth === 1) filled = true;
        inString = byte === QUOTE;
      }
    }
  }
  if (!closed) return loose === NULL ? 0 : undefined;
  if (loose !== '' || inString) return undefined;
  return filled ? commas + 1 : 0;
}
