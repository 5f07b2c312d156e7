import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { coreErrors, isClusterBackupError } from '../core/errors';
import type { DecryptionSecrets, EncryptionRequest, Encryptor } from '../core/ports';
import { openpgpErrors } from './openpgpErrors';
import { dearmor, isArmored } from './openpgp/armor';
import { decryptAead } from './openpgp/aead';
import { ByteSource, endsEarly } from './openpgp/byteSource';
import { LITERAL_HEAD, readContent } from './openpgp/content';
import { needsKey, openPrivateKeys, recipients } from './openpgp/keys';
import { streamPacket, Tag } from './openpgp/packets';
import { passphrasePacket } from './openpgp/passphrasePacket';
import { protect, unlock, unprotect, VERSION, type Unlocked } from './openpgp/protectedData';
import {
  beginsMessage,
  emptyHead,
  readHead,
  sessionKeys,
  type MessageHead,
  type SessionSecrets,
} from './openpgp/session';

export { readPublicKeys, type PublicKeyInfo } from './openpgp/keys';

/** 65,011,712 bytes are hashed for a passphrase: the most that the format can say, and gpg's own choice. */
const S2K_COUNT = 255;

export interface EncryptorOptions {
  /** For the validity of keys. */
  now?: () => Date;
  /** How much is hashed for a passphrase, as the format codes it (RFC 4880 section 3.7.1.3). For tests. */
  s2kCount?: number;
}

/**
 * OpenPGP as gpg 2.2 reads and writes it: AES-256, iterated and salted S2K, an MDC, no compression.
 * Memory stays the same whatever the size. What `decrypt` gives is known to be unchanged only when
 * its stream has ended without an error.
 */
export function createEncryptor(options: EncryptorOptions = {}): Encryptor {
  const { now = () => new Date(), s2kCount = S2K_COUNT } = options;
  return {
    encrypt: async (plain, request) => {
      holdErrors(plain);
      const sessionKey = randomBytes(32);
      const { packets, keyIds } = await lockSessionKey(sessionKey, request, now(), s2kCount);
      return { stream: streamOf(encrypted(plain, sessionKey, packets), plain), keyIds };
    },
    decrypt: async (input, secrets) => {
      holdErrors(input);
      try {
        return streamOf(await decrypted(input, secrets), input);
      } catch (error) {
        input.destroy();
        throw error;
      }
    },
    detect,
  };
}

async function* encrypted(plain: Readable, sessionKey: Buffer, packets: Uint8Array) {
  yield Buffer.from(packets);
  const literal = streamPacket(Tag.literal, LITERAL_HEAD, chunksOf(plain));
  const packet = streamPacket(Tag.protected, Uint8Array.of(VERSION), protect(sessionKey, literal));
  for await (const pieces of packet) yield* pieces;
}

type LockRequest = Exclude<EncryptionRequest, { kind: 'none' }>;

async function lockSessionKey(data: Uint8Array, request: LockRequest, date: Date, s2k: number) {
  if (request.kind === 'passphrase') {
    if (request.passphrase === '') {
      throw coreErrors.needsPassphrase({
        message: 'An empty passphrase protects nothing.',
        next: 'Give a passphrase.',
      });
    }
    return { packets: passphrasePacket(data, request.passphrase, s2k), keyIds: [] };
  }
  const openpgp = await import('openpgp');
  const to = await recipients(request.publicKeys, date);
  const packets = await openpgp.encryptSessionKey({
    data,
    algorithm: 'aes256',
    format: 'binary',
    date,
    config: { aeadProtect: false },
    encryptionKeys: to.map(({ key }) => key),
  });
  return { packets, keyIds: to.map(({ keyId }) => keyId) };
}

async function decrypted(
  input: Readable,
  secrets: DecryptionSecrets,
): Promise<AsyncIterable<Buffer>> {
  const raw = new ByteSource(chunksOf(input));
  const source = isArmored(await raw.peek(64)) ? new ByteSource(dearmor(raw.rest())) : raw;
  const head = await readHead(source);
  const { data } = head;
  if (data === undefined) throw endsEarly();
  if (data.tag !== Tag.protected && data.tag !== Tag.aeadProtected) throw noProtection(data.tag);
  const opened = await openSecrets(head, secrets);
  const body = new ByteSource(data.body);
  const version = (await body.peek(1))[0];
  if (data.tag === Tag.aeadProtected || version !== VERSION) {
    return decryptAead(head.sessionPackets, data.tag, body.rest(), opened);
  }
  await body.byte();
  return toItsEnd(readContent(unprotect(body, await unlockBody(body, head, opened))), source);
}

/** Nothing may follow the message: what it would be, no check has covered. */
async function* toItsEnd(content: AsyncIterable<Buffer>, source: ByteSource) {
  yield* content;
  if ((await source.peek(1)).length === 0) return;
  throw openpgpErrors.damaged({ message: 'Something follows the end of the encrypted message.' });
}

/** The secrets that can open this message. @throws `core.needsPassphrase`, `core.needsKey`, … */
async function openSecrets(head: MessageHead, secrets: DecryptionSecrets): Promise<SessionSecrets> {
  const { passphrase, privateKeys = [], keyPassphrase } = secrets;
  const opened: SessionSecrets = {};
  if (head.passphrase && passphrase !== undefined) opened.passphrase = passphrase;
  if (head.keyIds.length > 0 && privateKeys.length > 0) {
    try {
      opened.privateKeys = await openPrivateKeys(privateKeys, keyPassphrase, head.keyIds);
    } catch (error) {
      // The passphrase may open it all the same.
      if (opened.passphrase === undefined) throw error;
    }
  }
  if (opened.passphrase !== undefined || opened.privateKeys !== undefined) return opened;
  if (!head.passphrase) throw needsKey(head.keyIds);
  throw coreErrors.needsPassphrase({ message: 'The backup is encrypted with a passphrase.' });
}

async function unlockBody(
  body: ByteSource,
  head: MessageHead,
  secrets: SessionSecrets,
): Promise<Unlocked> {
  const keys = await sessionKeys(head.sessionPackets, secrets);
  const unlocked = await unlock(body, keys);
  if (unlocked !== undefined) return unlocked;
  const foreign = head.passphrase && head.ciphers.every((cipher) => cipher < 7 || cipher > 9);
  if (foreign) {
    throw openpgpErrors.unsupported({
      message: 'The backup is encrypted with a cipher other than AES, which is not read here.',
    });
  }
  if (secrets.passphrase !== undefined) throw wrongPassphrase();
  throw openpgpErrors.damaged({
    message: 'The encrypted file is damaged: the private key fits, but its session key does not.',
  });
}

function wrongPassphrase() {
  return openpgpErrors.wrongPassphrase({ message: 'The passphrase does not open the backup.' });
}

function noProtection(tag: number) {
  if (tag !== Tag.unprotected) {
    return openpgpErrors.damaged({
      message: 'The encrypted file is damaged: no encrypted data follows its session keys.',
    });
  }
  return openpgpErrors.unsupported({
    message: 'The file is encrypted without integrity protection: a change would go unseen.',
  });
}

async function detect(bytes: Uint8Array): ReturnType<Encryptor['detect']> {
  const chunks = isArmored(bytes) ? dearmor(chunksOf([bytes])) : chunksOf([bytes]);
  const source = new ByteSource(chunks);
  const head = emptyHead();
  try {
    if (beginsMessage(await source.peek(1))) await readHead(source, head);
  } catch (error) {
    // Where the bytes end, what was read before counts.
    if (!isClusterBackupError(error)) throw error;
  }
  const { keyIds } = head;
  if (keyIds.length > 0) return { kind: 'openpgp', keyIds };
  return { kind: head.passphrase ? 'passphrase' : 'none', keyIds };
}

async function* chunksOf(
  chunks: Iterable<unknown> | AsyncIterable<unknown>,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of chunks) {
    if (!(chunk instanceof Uint8Array)) throw new TypeError('The stream does not give bytes.');
    yield chunk;
  }
}

/** A stream of the generator's bytes; when it is dropped, so is where they come from. */
function streamOf(bytes: AsyncIterable<Uint8Array>, from: Readable): Readable {
  // Piece by piece: a stream of bytes would join, and so copy, what has gathered.
  const stream = Readable.from(bytes);
  return stream.once('close', () => from.destroy());
}

/** An error that comes before the first read is met there, and is not to end the process. */
function holdErrors(stream: Readable): void {
  stream.on('error', () => undefined);
}
