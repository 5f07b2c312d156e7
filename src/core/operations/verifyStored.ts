import { createHash } from 'node:crypto';
import { isClusterBackupError, throwIfCancelled, toErrorInfo } from '../errors';
import type { ErrorInfo } from '../errors';
import type { Backup, Verification } from '../model';
import type { RunContext, Vault } from '../ports';
import { VERSION } from '../version';
import type { StoredSource } from './source';
import { checkStored, verifyBackup } from './verify';

/** A check, and what is wrong where it found damage. */
export interface CheckResult {
  verification: Verification;
  error?: ErrorInfo;
}

const UNOPENED = ['core.needsPassphrase', 'core.needsKey', 'openpgp.wrongPassphrase'];

/** Whether it was only that a backup can't be opened here: its stored bytes can be checked all the same. */
function isUnopened(error: unknown): boolean {
  return isClusterBackupError(error) && UNOPENED.includes(error.code);
}

/** Reads a backup to its end; where it can't be opened here, its stored bytes are checked instead. */
export async function checkBackup(
  source: StoredSource & { backup: Backup },
  parts: Parameters<typeof verifyBackup>[1],
  context: RunContext,
): Promise<CheckResult> {
  try {
    return await verifyBackup(source, parts, context);
  } catch (error) {
    if (!isUnopened(error)) throw error;
    context.log.info(`${toErrorInfo(error).message} Its stored bytes are checked instead.`);
    return verifyStored(source, parts.vault, context);
  }
}

/**
 * Checks a backup of a vault that can't be opened here by the sum and the size of what lies on the disk, and keeps the
 * result in its manifest. Damage that was found inside it before stays: unchanged bytes are as damaged as they were.
 */
async function verifyStored(
  source: StoredSource & { backup: Backup },
  vault: Vault,
  context: RunContext,
): Promise<CheckResult> {
  const { id } = source.backup.manifest;
  const damage = await damageOf(source, context);
  const at = context.clock.now().toISOString();
  const { manifest } = await vault.update(id, (before) => ({
    ...before,
    verification:
      damage === undefined
        ? unchanged(before.verification, at)
        : {
            at,
            by: VERSION,
            result: 'damaged',
            of: 'stored',
            code: damage.code,
            message: damage.message,
          },
  }));
  const { verification = unchanged(undefined, at) } = manifest;
  if (verification.result === 'ok') return { verification };
  return { verification, error: damage ?? foundBefore(source.name, verification) };
}

async function damageOf(source: StoredSource, context: RunContext): Promise<ErrorInfo | undefined> {
  const hash = createHash('sha256');
  let bytes = 0;
  const stream = await source.open();
  try {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      throwIfCancelled(context.signal);
      hash.update(chunk);
      bytes += chunk.length;
      context.progress({
        phase: 'Checking the stored bytes',
        done: bytes,
        total: source.size,
        unit: 'bytes',
      });
    }
  } finally {
    stream.destroy();
  }
  try {
    checkStored(source, hash.digest('hex'), bytes);
    return undefined;
  } catch (error) {
    return toErrorInfo(error);
  }
}

/** The bytes are what they were: so is what was known of what is in them. */
function unchanged(before: Verification | undefined, at: string): Verification {
  const isInside = before?.result === 'damaged' && before.code?.startsWith('verify.') !== true;
  if (isInside) return { ...before, at, by: VERSION };
  return { at, by: VERSION, result: 'ok', of: 'stored' };
}

function foundBefore(name: string, { code, message }: Verification): ErrorInfo {
  return {
    code: code ?? 'verify.storedHash',
    category: 'refused',
    message: message ?? `${name} is damaged.`,
    next: 'Use another backup, and delete this one once you have one that is whole.',
  };
}
