import { errorTable, isClusterBackupError, throwIfCancelled, toErrorInfo } from '../errors';
import type { ErrorInfo } from '../errors';
import type { Verification } from '../model';
import type {
  DecryptionSecrets,
  Encryptor,
  RunContext,
  SnapshotFormat,
  SnapshotReport,
  Vault,
} from '../ports';
import { VERSION } from '../version';
import { openPlain } from './source';
import type { StoredSource } from './source';

export const verifyErrors = errorTable('verify', {
  storedHash: {
    category: 'refused',
    next: 'The file changed after it was written. Use another backup, and look at the disk or share.',
  },
  storedSize: {
    category: 'refused',
    next: 'The file was cut or grew after it was written. Use another backup.',
  },
});

export interface VerifyResult {
  verification: Verification;
  /** What was read; for a damaged file, what could still be read. */
  report: SnapshotReport;
  encryption: { kind: 'none' | 'passphrase' | 'openpgp'; keyIds: string[] };
  storedSha256: string;
  storedBytes: number;
  /** Set when the result is `damaged`. */
  error?: ErrorInfo;
}

/**
 * Reads a stored snapshot to its end: checksums, every record decoded, counts. Damage is a result, not an
 * exception; exceptions are for what kept us from looking (cancelled, no passphrase, unreadable disk).
 */
export async function verifySource(
  source: StoredSource,
  parts: { format: SnapshotFormat; encryptor: Encryptor; decryption: DecryptionSecrets },
  context: RunContext,
): Promise<VerifyResult> {
  const plain = await openPlain(source, parts.encryptor, parts.decryption, context, 'Verifying');
  const checker = parts.format.checker();
  let damage: unknown;
  let report: SnapshotReport;
  try {
    try {
      for await (const chunk of plain.stream as AsyncIterable<Uint8Array>) {
        throwIfCancelled(context.signal);
        await checker.push(chunk);
      }
      report = await checker.finish();
      checkStored(source, plain.storedSha256(), plain.storedBytes());
    } catch (error) {
      throwIfCancelled(context.signal);
      if (!isDamage(error)) throw error;
      damage = error;
      report = await checker.partial();
    }
  } finally {
    plain.stream.destroy();
    checker.destroy();
  }
  const at = context.clock.now().toISOString();
  const base = {
    report,
    encryption: plain.encryption,
    storedSha256: plain.storedSha256(),
    storedBytes: plain.storedBytes(),
  };
  if (damage === undefined) return { ...base, verification: { at, by: VERSION, result: 'ok' } };
  const error = toErrorInfo(damage);
  return {
    ...base,
    error,
    verification: { at, by: VERSION, result: 'damaged', code: error.code, message: error.message },
  };
}

/** Verifies a backup of a vault and keeps the result in its manifest. */
export async function verifyBackup(
  source: StoredSource & { backup: NonNullable<StoredSource['backup']> },
  parts: {
    vault: Vault;
    format: SnapshotFormat;
    encryptor: Encryptor;
    decryption: DecryptionSecrets;
  },
  context: RunContext,
): Promise<VerifyResult> {
  const result = await verifySource(source, parts, context);
  await parts.vault.update(source.backup.manifest.id, (manifest) => ({
    ...manifest,
    verification: result.verification,
    // An adopted encrypted file tells what is in it only once it has been opened.
    ...(result.error === undefined
      ? { snapshot: result.report.identity, counts: result.report.counts }
      : {}),
  }));
  return result;
}

/**
 * Compares what lies on disk with what the manifest says.
 *
 * @throws `verify.storedSize`, `verify.storedHash`
 */
export function checkStored(source: StoredSource, sha256: string, bytes: number): void {
  const manifest = source.backup?.manifest;
  if (manifest === undefined) return;
  if (bytes !== manifest.bytes) {
    throw verifyErrors.storedSize({
      message: `${source.name} has ${bytes} bytes on disk; its manifest says ${manifest.bytes}.`,
    });
  }
  if (sha256 !== manifest.sha256.stored) {
    throw verifyErrors.storedHash({
      message: `The SHA-256 of ${source.name} is not the one in its manifest.`,
    });
  }
}

/** Errors that say "these bytes are not whole", as opposed to "we could not look". */
function isDamage(error: unknown): boolean {
  return isClusterBackupError(error) && isDamageCode(error.code);
}

/** Whether an error's code says that the bytes are not whole. */
export function isDamageCode(code: string): boolean {
  return code.startsWith('snapshot.') || code.startsWith('verify.') || code === 'openpgp.damaged';
}
