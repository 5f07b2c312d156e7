import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { isCancellation, throwIfCancelled } from '../errors';
import type { Backup } from '../model';
import type { DecryptionSecrets, Encryptor, RunContext } from '../ports';

/** Stored bytes to be read: a backup of a vault, or any file. */
export interface StoredSource {
  /** For people: the backup's file name or the file's path. */
  name: string;
  /** Bytes as stored. */
  size: number;
  backup?: Backup;
  open(): Promise<Readable>;
}

/** Plain bytes of a stored source, and what was learnt of the stored ones on the way. */
export interface PlainSource {
  encryption: { kind: 'none' | 'passphrase' | 'openpgp'; keyIds: string[] };
  stream: Readable;
  /** SHA-256 of the stored bytes; complete once the stream has ended. */
  storedSha256(): string;
  /** Stored bytes that have passed. */
  storedBytes(): number;
}

/** Enough to tell an OpenPGP message and a gzip header. */
const HEAD_BYTES = 4096;

/**
 * Reads a stored source once, decrypting where it is encrypted, hashing what is on disk as it passes.
 *
 * @throws `core.needsPassphrase`, `core.needsKey`, `openpgp.*`
 */
export async function openPlain(
  source: StoredSource,
  encryptor: Encryptor,
  secrets: DecryptionSecrets,
  context: RunContext,
  phase: string,
): Promise<PlainSource> {
  const stored = await source.open();
  const hash = createHash('sha256');
  let bytes = 0;
  const iterator = (stored as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  const head: Uint8Array[] = [];
  let headBytes = 0;
  while (headBytes < HEAD_BYTES) {
    const next = await iterator.next();
    if (next.done) break;
    head.push(next.value);
    headBytes += next.value.length;
  }
  const encryption = await encryptor.detect(Buffer.concat(head));

  async function* counted(): AsyncGenerator<Uint8Array> {
    const take = (chunk: Uint8Array) => {
      throwIfCancelled(context.signal);
      hash.update(chunk);
      bytes += chunk.length;
      context.progress({ phase, done: bytes, total: source.size, unit: 'bytes' });
      return chunk;
    };
    try {
      for (const chunk of head) yield take(chunk);
      for (;;) {
        const next = await iterator.next();
        if (next.done) return;
        yield take(next.value);
      }
    } finally {
      stored.destroy();
    }
  }

  const counting = Readable.from(counted());
  let stream = counting;
  if (encryption.kind !== 'none') {
    try {
      stream = await encryptor.decrypt(counting, secrets);
    } catch (error) {
      counting.destroy();
      stored.destroy();
      if (isCancellation(error)) throwIfCancelled(context.signal);
      throw error;
    }
  }
  let digest: string | undefined;
  return {
    encryption,
    stream,
    storedSha256: () => (digest ??= hash.digest('hex')),
    storedBytes: () => bytes,
  };
}
