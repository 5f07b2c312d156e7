import { dirname } from 'node:path';
import type { SourceRef } from '../compose/parts';
import { toErrorInfo } from '../core/errors';
import type { DecryptionSecrets, RunContext } from '../core/ports';
import type { Inspection } from '../snapshots/raft/inspect';
import type { EncryptionKind } from './services';

export interface KeyOptions {
  kvDetails: boolean;
  kvDepth?: number;
  kvFilter?: string;
}

/** What `inspect` prints, in all its forms. */
export interface Inspected extends Inspection {
  encryption: EncryptionKind;
  /** The very object that `consul snapshot inspect -format=json` prints; throws where there is no meta.json. */
  vendorJson(): string;
  /** What it prints for people; undefined where a damaged file has no meta.json. */
  vendorText(): string | undefined;
}

/**
 * Reads a snapshot to its end in one pass, in any form: a backup, a file, encrypted or not, or the `state.bin`
 * of a server's own Raft folder. Damage is part of the result.
 *
 * @throws `core.needsPassphrase`, `core.needsKey`, `openpgp.*`, `config.unreadable`
 */
export async function inspectSource(
  source: SourceRef & { location: string },
  decryption: DecryptionSecrets,
  keys: KeyOptions,
  context: RunContext,
): Promise<Inspected> {
  const { detectFile } = await import('../snapshots/detect');
  const output = await import('../snapshots/raft/inspectOutput');
  const { signal } = context;
  const options = { ...keys, signal, tolerant: true };
  const detected = await detectFile(source.location);
  const phase = 'Inspecting';
  let inspection: Inspection;
  let encryption: EncryptionKind = 'none';
  if (detected.id === 'consulState') {
    const { inspectStateBin } = await import('../snapshots/raft/stateBin');
    inspection = await inspectStateBin(dirname(source.location), {
      ...options,
      onProgress: (done) => context.progress({ phase, done, unit: 'bytes' }),
    });
  } else {
    const { encryptor, openSource } = await import('../compose/parts');
    const { openPlain } = await import('../core/operations/source');
    const { verifyErrors } = await import('../core/operations/verify');
    const { inspectStream } = await import('../snapshots/raft/inspect');
    const stored = await openSource(source, context.log);
    const plain = await openPlain(stored, await encryptor(), decryption, context, phase);
    encryption = plain.encryption.kind;
    inspection = await inspectStream(plain.stream, options);
    const expected = stored.backup?.manifest.sha256.stored;
    const whole = inspection.damage === undefined && plain.storedBytes() === stored.size;
    if (whole && expected !== undefined && plain.storedSha256() !== expected) {
      const message = `The SHA-256 of ${stored.name} is not the one in its manifest.`;
      inspection.damage = toErrorInfo(verifyErrors.storedHash({ message }));
    }
  }
  return {
    ...inspection,
    encryption,
    vendorJson: () => output.toInspectJson(inspection),
    vendorText: () =>
      inspection.meta === undefined ? undefined : output.toInspectPretty(inspection),
  };
}
