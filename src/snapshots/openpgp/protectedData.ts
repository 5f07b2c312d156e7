import {
  createCipheriv,
  createDecipheriv,
  createHash,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import { openpgpErrors } from '../openpgpErrors';
import { endsEarly, type ByteSource } from './byteSource';

/*
 * The body of an encrypted message: "Sym. Encrypted Integrity Protected Data", version 1, RFC 4880
 * sections 5.13 and 5.14: CFB without resynchronisation, a random first block whose last two bytes
 * are repeated, and the SHA-1 of it all (the MDC) as the last packet inside. It is what gpg 2.2 reads.
 * Written here because openpgp.js, streaming, waits for ever on some damaged messages; session keys,
 * public keys and passphrases are left to it.
 */

export const VERSION = 1;
const BLOCK = 16;
const PREFIX = BLOCK + 2;
const MDC_HEADER = Buffer.from([0xd3, 0x14]);
const MDC = MDC_HEADER.length + 20;
/** Pieces shorter than an MDC are gathered up to this many bytes. */
const SMALL = 4096;

export interface SessionKey {
  /** By openpgp.js's names, e.g. `aes256`. */
  algorithm: string | null;
  data: Uint8Array;
}

/** Ciphers we read; we write the last. */
const ciphers: Readonly<Record<string, string>> = {
  aes128: 'aes-128-cfb',
  aes192: 'aes-192-cfb',
  aes256: 'aes-256-cfb',
};

/** The packet's body, less its version byte. */
export async function* protect(
  key: Uint8Array,
  content: AsyncIterable<Uint8Array[]>,
): AsyncGenerator<Buffer, void, undefined> {
  const cipher = createCipheriv('aes-256-cfb', key, Buffer.alloc(BLOCK));
  const hash = createHash('sha1');
  const random = randomBytes(BLOCK);
  const prefix = Buffer.concat([random, random.subarray(-2)]);
  hash.update(prefix);
  yield cipher.update(prefix);
  for await (const pieces of content) {
    for (const piece of pieces) {
      hash.update(piece);
      yield cipher.update(piece);
    }
  }
  const mdc = Buffer.concat([MDC_HEADER, hash.update(MDC_HEADER).digest()]);
  yield cipher.update(mdc);
  yield cipher.final();
}

export interface Unlocked {
  key: SessionKey;
  /** The first bytes, decrypted. */
  prefix: Buffer;
  /** The same bytes as they came. */
  encryptedPrefix: Buffer;
}

/** Which of the keys fits, told by the repeated bytes; undefined when none does. */
export async function unlock(
  source: ByteSource,
  keys: readonly SessionKey[],
): Promise<Unlocked | undefined> {
  const encryptedPrefix = await source.exactly(PREFIX);
  for (const key of keys) {
    const decipher = decipherFor(key);
    const prefix = decipher?.update(encryptedPrefix);
    if (prefix?.readUInt16BE(BLOCK - 2) === prefix?.readUInt16BE(BLOCK) && prefix !== undefined) {
      return { key, prefix, encryptedPrefix };
    }
  }
  return undefined;
}

/**
 * Decrypts as the bytes come. They are released before the check that comes last: only when the
 * generator has ended without an error is it known that nothing was changed.
 *
 * @throws `openpgp.damaged`
 */
export async function* unprotect(
  source: ByteSource,
  { key, prefix, encryptedPrefix }: Unlocked,
): AsyncGenerator<Buffer, void, undefined> {
  const decipher = decipherFor(key);
  if (decipher === undefined) return;
  decipher.update(encryptedPrefix);
  const hash = createHash('sha1').update(prefix);
  // The last bytes are the MDC, and which are the last is known only at the end.
  let held: Buffer = Buffer.alloc(0);
  for await (const chunk of source.rest()) {
    const plain = decipher.update(chunk);
    const joined = plain.length < MDC ? Buffer.concat([held, plain]) : plain;
    const sure = joined === plain ? held : joined.subarray(0, joined.length > SMALL ? -MDC : 0);
    held = joined === plain ? plain : joined.subarray(sure.length);
    if (sure.length === 0) continue;
    hash.update(sure);
    yield sure;
  }
  const end = held.length - MDC;
  if (end < 0) throw endsEarly();
  if (end > 0) {
    hash.update(held.subarray(0, end));
    yield held.subarray(0, end);
  }
  const tail = held.subarray(end);
  const digest = hash.update(tail.subarray(0, MDC_HEADER.length)).digest();
  const header = tail.subarray(0, MDC_HEADER.length);
  if (header.equals(MDC_HEADER) && timingSafeEqual(digest, tail.subarray(MDC_HEADER.length)))
    return;
  throw openpgpErrors.damaged({
    message: 'The encrypted file was changed after it was written: its integrity check fails.',
  });
}

function decipherFor({ algorithm, data }: SessionKey) {
  const cipher = ciphers[algorithm ?? ''];
  return cipher === undefined ? undefined : createDecipheriv(cipher, data, Buffer.alloc(BLOCK));
}
