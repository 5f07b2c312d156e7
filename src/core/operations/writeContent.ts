import { createHash } from 'node:crypto';
import { PassThrough, Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { coreErrors, throwIfCancelled } from '../errors';
import { AS_STORED } from '../ports';
import type {
  BackupSource,
  ProgressUpdate,
  RunContext,
  SnapshotReport,
  VaultWriter,
} from '../ports';
import type { ClusterParts } from './context';
import { pipeToWriter } from './pipe';
import { readAhead } from './readAhead';

/** What of a backup is known once its bytes lie in the vault. */
export interface Written {
  report: SnapshotReport;
  /** SHA-256 of the plain content. */
  content: string;
  keyIds: string[];
}

/** By then the cluster has been asked, and works on its snapshot. */
const ASKED_BY_THEN_MS = 400;
/** How far the vault may be ahead of the check. */
const AHEAD_BYTES = 1 << 20;

/** Checks what comes, encrypts it as the cluster's entry says, and writes it; the caller commits. */
export async function writePlain(
  parts: ClusterParts,
  asked: Promise<BackupSource>,
  writer: VaultWriter,
  context: RunContext,
): Promise<Written> {
  const { encryptor, encryption } = parts;
  const checker = parts.format.checker();
  // What is stored as it is needs no sum of its own.
  const content = encryption.kind === 'none' ? undefined : createHash('sha256');
  let report: SnapshotReport | undefined;
  let arrived = 0;

  // The end of the content is passed on only after the check: what is damaged never looks finished.
  async function* checked(): AsyncGenerator<Uint8Array> {
    const source = await asked;
    for await (const chunk of readAhead(source.stream) as AsyncIterable<Uint8Array>) {
      throwIfCancelled(context.signal);
      arrived += chunk.length;
      // Unpacking goes on in another thread while this one hashes.
      const taken = checker.push(chunk);
      content?.update(chunk);
      await taken;
      context.progress(progressOf(source, arrived));
      yield chunk;
    }
    throwIfCancelled(context.signal);
    report = await checker.finish();
  }

  try {
    const plain = Readable.from(checked());
    let keyIds: string[] = [];
    if (encryption.kind === 'none') {
      await pipeToWriter(plain, writer, context.signal);
    } else {
      // Deriving a key keeps the processor busy for a moment: the cluster is asked before.
      await Promise.race([asked.catch(() => undefined), sleep(ASKED_BY_THEN_MS)]);
      const encrypted = await encryptor.encrypt(plain, encryption);
      keyIds = encrypted.keyIds;
      await pipeToWriter(encrypted.stream, writer, context.signal);
    }
    if (report === undefined) {
      throw coreErrors.unexpected({ message: 'The snapshot ended without having been checked.' });
    }
    return { report, content: content?.digest('hex') ?? AS_STORED, keyIds };
  } finally {
    checker.destroy();
  }
}

/**
 * Stores an OpenPGP message as it comes, and opens it on the way: nothing counts as a backup that was not read.
 *
 * @throws `core.needsPassphrase`, `openpgp.*`, `snapshot.*`
 */
export async function writeSealed(
  parts: ClusterParts,
  source: BackupSource,
  writer: VaultWriter,
  context: RunContext,
): Promise<Written> {
  const checker = parts.format.checker();
  const content = createHash('sha256');
  const message = new PassThrough({ highWaterMark: AHEAD_BYTES });
  // Who opens it may end before all of it was written: what there is to say is said by `reading`.
  message.on('error', () => undefined);
  let room = (): void => undefined;
  for (const event of ['drain', 'close']) message.on(event, () => room());
  const read = async (): Promise<SnapshotReport> => {
    try {
      const plain = await parts.encryptor.decrypt(message, parts.decryption);
      for await (const chunk of plain as AsyncIterable<Uint8Array>) {
        const taken = checker.push(chunk);
        content.update(chunk);
        await taken;
      }
      return await checker.finish();
    } finally {
      message.destroy();
    }
  };
  let cancel: () => void = () => undefined;
  const cancelled = new Promise<void>((resolve) => (cancel = resolve));
  // A check that is stuck does not keep a cancel waiting.
  const reading = Promise.race([
    read(),
    cancelled.then((): never => {
      throw coreErrors.cancelled({ message: 'Cancelled.' });
    }),
  ]);
  reading.catch(() => undefined);
  let arrived = 0;
  async function* copied(): AsyncGenerator<Uint8Array> {
    for await (const chunk of readAhead(source.stream) as AsyncIterable<Uint8Array>) {
      throwIfCancelled(context.signal);
      arrived += chunk.length;
      if (!message.destroyed && !message.write(chunk)) {
        await new Promise<void>((resolve) => {
          room = resolve;
          if (message.destroyed || !message.writableNeedDrain) resolve();
        });
      }
      // Only a message that can't be opened, or holds no sound backup, is let go before its end.
      if (message.destroyed) await reading;
      context.progress(progressOf(source, arrived));
      yield chunk;
    }
    throwIfCancelled(context.signal);
    message.end();
    // The end is passed on only after the check.
    await reading;
  }
  const stop = () => {
    cancel();
    message.destroy();
  };
  context.signal.addEventListener('abort', stop, { once: true });
  try {
    await pipeToWriter(Readable.from(copied()), writer, context.signal);
    return { report: await reading, content: content.digest('hex'), keyIds: [] };
  } finally {
    context.signal.removeEventListener('abort', stop);
    message.destroy();
    checker.destroy();
  }
}

function progressOf({ size, phase }: BackupSource, done: number): ProgressUpdate {
  return {
    phase: phase ?? 'Backing up',
    done,
    unit: 'bytes',
    ...(size === undefined ? {} : { total: size }),
  };
}
