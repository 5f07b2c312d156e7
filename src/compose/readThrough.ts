import { isClusterBackupError, throwIfCancelled, toErrorInfo } from '../core/errors';
import type { ErrorInfo } from '../core/errors';
import type { Verification } from '../core/model';
import { openPlain } from '../core/operations/source';
import type { PlainSource, StoredSource } from '../core/operations/source';
import { checkStored } from '../core/operations/verify';
import type { DecryptionSecrets, RunContext, SnapshotChecker } from '../core/ports';
import { VERSION } from '../core/version';
import { encryptor } from './parts';

/** What reading an archive to its end told. */
export interface ReadThrough {
  encryption: PlainSource['encryption'];
  verification: Verification;
  /** Set for a damaged archive: what is wrong with it. */
  error?: ErrorInfo;
}

/**
 * Reads a stored archive to its end through a checker, which keeps what it found; damage is part of the result.
 *
 * @throws `core.needsPassphrase`, `core.needsKey`, `openpgp.*` but `openpgp.damaged`, what the disk says
 */
export async function readThrough(
  stored: StoredSource,
  decryption: DecryptionSecrets,
  checker: SnapshotChecker,
  context: RunContext,
): Promise<ReadThrough> {
  const plain = await openPlain(stored, await encryptor(), decryption, context, 'Reading');
  let error: ErrorInfo | undefined;
  try {
    for await (const chunk of plain.stream as AsyncIterable<Uint8Array>) {
      throwIfCancelled(context.signal);
      await checker.push(chunk);
    }
    await checker.finish();
    checkStored(stored, plain.storedSha256(), plain.storedBytes());
  } catch (problem) {
    throwIfCancelled(context.signal);
    const isDamage =
      isClusterBackupError(problem) && /^(snapshot|verify)\.|^openpgp\.damaged$/.test(problem.code);
    if (!isDamage) throw problem;
    error = toErrorInfo(problem);
  } finally {
    plain.stream.destroy();
    checker.destroy();
  }
  const checked = { at: context.clock.now().toISOString(), by: VERSION };
  return {
    encryption: plain.encryption,
    verification:
      error === undefined
        ? { ...checked, result: 'ok' }
        : { ...checked, result: 'damaged', code: error.code, message: error.message },
    ...(error === undefined ? {} : { error }),
  };
}
