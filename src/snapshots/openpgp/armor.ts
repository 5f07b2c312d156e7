import { openpgpErrors } from '../openpgpErrors';
import { endsEarly } from './byteSource';

const BEGIN = /^\uFEFF?\s*-----BEGIN PGP MESSAGE-----/;

/** Whether the bytes begin an ASCII-armoured message; 64 are enough to tell. */
export function isArmored(head: Uint8Array): boolean {
  return BEGIN.test(Buffer.from(head.subarray(0, 64)).toString('utf8'));
}

/**
 * Takes the armour off, RFC 4880 section 6.2. Its checksum is not looked at: what is inside has a
 * stronger one.
 *
 * @throws `openpgp.damaged`
 */
export async function* dearmor(
  armored: AsyncIterable<Uint8Array>,
): AsyncGenerator<Buffer, void, undefined> {
  let state: 'before' | 'headers' | 'body' = 'before';
  let rest = '';
  let digits = '';
  for await (const chunk of armored) {
    const text =
      rest + Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1');
    const lines = text.split('\n');
    rest = lines.pop() ?? '';
    for (const raw of lines) {
      const line = raw.trimEnd();
      if (state === 'before') {
        if (line.includes('-----BEGIN PGP MESSAGE-----')) state = 'headers';
      } else if (state === 'headers') {
        if (line === '') state = 'body';
      } else if (line.startsWith('-----END')) return yield decode(digits);
      else if (!line.startsWith('=')) digits += line;
    }
    const whole = digits.length - (digits.length % 4);
    if (whole > 0) yield decode(digits.slice(0, whole));
    digits = digits.slice(whole);
  }
  if (!rest.startsWith('-----END')) throw endsEarly();
  yield decode(digits);
}

function decode(digits: string): Buffer {
  if (/^[A-Za-z0-9+/]*={0,2}$/.test(digits)) return Buffer.from(digits, 'base64');
  throw openpgpErrors.damaged({
    message:
      'The armour of the encrypted file is damaged: it holds characters that are not base64.',
  });
}
