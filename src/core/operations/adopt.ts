import { ulid } from 'ulid';
import { isClusterBackupError, toErrorInfo } from '../errors';
import type { Backup, Manifest } from '../model';
import type { Encryptor, RunContext, SnapshotFormat, Vault } from '../ports';
import { createHash } from 'node:crypto';
import type { StoredSource } from './source';
import { verifySource } from './verify';

export interface AdoptOptions {
  /** System and format of the cluster the file is adopted for. */
  system: string;
  format: SnapshotFormat;
  encryptor: Encryptor;
  cluster: string;
}

/**
 * Takes a file that was dropped into the vault by hand: reads it once, and writes the manifest beside it.
 * A damaged one is adopted too, marked damaged; an encrypted one stays unverified until it is opened.
 */
export async function adoptFile(
  source: StoredSource,
  path: string,
  vault: Vault,
  options: AdoptOptions,
  context: RunContext,
): Promise<Backup> {
  const now = context.clock.now();
  const base = {
    version: 1 as const,
    id: ulid(now.getTime()),
    cluster: options.cluster,
    system: { kind: options.system },
    format: options.format.id,
    origin: { kind: 'adopted' as const },
    finished: now.toISOString(),
  };
  try {
    const result = await verifySource(source, { ...options, decryption: {} }, context);
    // A damaged read ends early, so its hash is not that of the whole file.
    const stored =
      result.error === undefined
        ? { sha256: result.storedSha256, bytes: result.storedBytes }
        : await hashWhole(source, context);
    const { identity, counts, format } = result.report;
    return await vault.adopt(path, {
      ...base,
      // What its bytes are, whatever it was taken for.
      format,
      created: identity.time ?? now.toISOString(),
      bytes: stored.bytes,
      sha256: { stored: stored.sha256, content: stored.sha256 },
      encryption: { kind: 'none' },
      ...(result.error === undefined ? { snapshot: identity, counts } : {}),
      verification: result.verification,
    });
  } catch (error) {
    if (!needsSecret(error)) throw error;
    context.log.info(`${source.name}: ${toErrorInfo(error).message}`);
    const stored = await hashWhole(source, context);
    return await vault.adopt(path, {
      ...base,
      created: now.toISOString(),
      bytes: stored.bytes,
      sha256: { stored: stored.sha256 },
      encryption: await encryptionOf(source, options.encryptor),
    });
  }
}

async function encryptionOf(
  source: StoredSource,
  encryptor: Encryptor,
): Promise<Manifest['encryption']> {
  const stream = await source.open();
  try {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      const { kind, keyIds } = await encryptor.detect(chunk);
      return keyIds.length > 0 ? { kind, keyIds } : { kind };
    }
    return { kind: 'none' };
  } finally {
    stream.destroy();
  }
}

async function hashWhole(source: StoredSource, context: RunContext) {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of (await source.open()) as AsyncIterable<Uint8Array>) {
    hash.update(chunk);
    bytes += chunk.length;
    context.progress({ phase: 'Adopting', done: bytes, total: source.size, unit: 'bytes' });
  }
  return { sha256: hash.digest('hex'), bytes };
}

function needsSecret(error: unknown): boolean {
  return (
    isClusterBackupError(error) &&
    ['core.needsPassphrase', 'core.needsKey', 'openpgp.wrongPassphrase'].includes(error.code)
  );
}
