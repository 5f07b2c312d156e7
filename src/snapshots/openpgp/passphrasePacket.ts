import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { Tag, writePacket } from './packets';

const AES256 = 9;
const ITERATED = 3;
const SHA256 = 8;
const BLOCK = 64 * 1024;

/**
 * The packet that opens a session key with a passphrase (RFC 4880, 5.3). Our own, as `openpgp` lays all bytes out that
 * it hashes for the passphrase: 65 MB, for each backup.
 *
 * @param sessionKey of AES-256
 * @param count coded, RFC 4880 section 3.7.1.3
 */
export function passphrasePacket(sessionKey: Uint8Array, passphrase: string, count: number) {
  const salt = randomBytes(8);
  const key = iterated(salt, passphrase, count);
  const cipher = createCipheriv('aes-256-cfb', key, Buffer.alloc(16));
  const sealed = cipher.update(Buffer.concat([Uint8Array.of(AES256), sessionKey]));
  const head = Uint8Array.of(4, AES256, ITERATED, SHA256, ...salt, count);
  return writePacket(Tag.passphraseSession, Buffer.concat([head, sealed, cipher.final()]));
}

/** Salt and passphrase over and over, hashed: 32 bytes. */
function iterated(salt: Buffer, passphrase: string, count: number): Buffer {
  const once = Buffer.concat([salt, Buffer.from(passphrase, 'utf8')]);
  const bytes = Math.max(once.length, (16 + (count & 15)) * 2 ** ((count >> 4) + 6));
  const times = Math.max(1, Math.floor(BLOCK / once.length));
  const block = Buffer.alloc(once.length * times, once);
  const hash = createHash('sha256');
  for (let left = bytes; left > 0; left -= block.length) hash.update(block.subarray(0, left));
  return hash.digest();
}
