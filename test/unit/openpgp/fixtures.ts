import { Readable } from 'node:stream';
import * as openpgp from 'openpgp';
import type { DecryptionSecrets } from '../../../src/core/ports';
import { createEncryptor } from '../../../src/snapshots/openpgp';

export const encryptor = createEncryptor({ s2kCount: 96 });
export const passphrase = 'correct horse ✓';

/** A stream of the bytes, in chunks of the given sizes, over and over. */
export function streamOf(bytes: Uint8Array, sizes: readonly number[] = [65_536]): Readable {
  const chunks: Uint8Array[] = [];
  for (let from = 0, i = 0; from < bytes.length; i++) {
    const size = Math.max(1, sizes[i % sizes.length] ?? 1);
    chunks.push(bytes.slice(from, from + size));
    from += size;
  }
  return Readable.from(chunks, { objectMode: false });
}

export async function readAll(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

export async function encryptBytes(plain: Uint8Array): Promise<Buffer> {
  const { stream } = await encryptor.encrypt(streamOf(plain), { kind: 'passphrase', passphrase });
  return readAll(stream);
}

export async function decryptBytes(
  encrypted: Uint8Array,
  secrets: DecryptionSecrets = { passphrase },
  sizes?: readonly number[],
): Promise<Buffer> {
  return readAll(await encryptor.decrypt(streamOf(encrypted, sizes), secrets));
}

/** Fails when the work has not ended in time, one way or the other. */
export async function inTime<T>(work: Promise<T>, ms = 5_000): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Not done after ${ms} ms: it hangs`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What openpgp.js encrypts with a passphrase; its own types do not say that these are bytes. */
export async function byOpenpgpJs(
  plain: Uint8Array,
  config: openpgp.PartialConfig,
): Promise<Uint8Array> {
  const message = await openpgp.createMessage({ binary: Uint8Array.from(plain) });
  const encrypted: unknown = await openpgp.encrypt({
    message,
    passwords: [passphrase],
    format: 'binary',
    config,
  });
  return encrypted as Uint8Array;
}

/** The code of an error of ours, the message of any other. */
export function codeOf(error: unknown): string {
  const { code, message } = error as { code?: string; message: string };
  return code ?? message;
}
