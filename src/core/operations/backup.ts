import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { ulid } from 'ulid';
import { coreErrors, throwIfCancelled } from '../errors';
import { labelProblem } from '../model';
import type { Backup, BackupScope, Manifest } from '../model';
import { AS_STORED } from '../ports';
import type {
  BackupSource,
  ProgressUpdate,
  RunContext,
  SnapshotReport,
  VaultWriter,
} from '../ports';
import { VERSION } from '../version';
import type { ClusterParts } from './context';
import { finishInterrupted } from './resume';
import { pipeToWriter } from './pipe';
import { readAhead } from './readAhead';

export interface BackupOptions {
  mode?: string | undefined;
  label?: string | undefined;
  scope?: BackupScope | undefined;
  /** Which server takes it, where that can be chosen. */
  on?: string | undefined;
  origin: Manifest['origin'];
}

/** By then the cluster has been asked, and works on its snapshot. */
const ASKED_BY_THEN_MS = 400;

/**
 * Backs a cluster up into its vault: the bytes stream once from the cluster through hash, check and
 * encryption to the disk, and count as a backup only when all of it held.
 *
 * @throws `core.badLabel`, `vault.locked`, what the adapter refuses, `snapshot.*` when what arrives is damaged
 */
export async function backUp(
  parts: ClusterParts,
  options: BackupOptions,
  context: RunContext,
): Promise<Backup> {
  checkRequest(parts, options);
  const lock = await parts.vault.lock(parts.name, 'backup');
  const signal = AbortSignal.any([context.signal, lock.signal]);
  try {
    await finishInterrupted(parts, { ...context, signal });
    return await backUpLocked(parts, options, { ...context, signal });
  } finally {
    await lock.release();
  }
}

/** As `backUp`, for a caller that already holds the cluster's lock. */
export async function backUpLocked(
  parts: ClusterParts,
  options: BackupOptions,
  context: RunContext,
): Promise<Backup> {
  const mode = checkRequest(parts, options);
  const { scope, on } = options;
  const { encryption } = parts;
  const ask = () => parts.adapter.backup({ mode, scope, on, encryption }, context);
  return keepFrom(parts, { ...options, mode }, ask, context);
}

/** Keeps what `ask` gives in the vault; the caller holds the cluster's lock. */
export async function keepFrom(
  parts: ClusterParts,
  options: BackupOptions,
  ask: () => Promise<BackupSource> | undefined,
  context: RunContext,
): Promise<Backup> {
  throwIfCancelled(context.signal);
  const id = ulid(context.clock.now().getTime());
  const created = context.clock.now();
  context.progress({ phase: 'Asking the cluster' });
  // While the cluster makes its snapshot, the vault and the encryption are made ready.
  const asked = ask();
  if (asked === undefined) throw coreErrors.unexpected({ message: 'Nothing was asked for.' });
  // It may fail before it is read; the reader below is told then.
  asked.then((source) => source.stream.on('error', () => undefined)).catch(() => undefined);
  try {
    return await keep(parts, { ...options, id, created }, asked, context);
  } finally {
    await asked.then((source) => source.stream.destroy()).catch(() => undefined);
  }
}

async function keep(
  parts: ClusterParts,
  options: BackupOptions & { id: string; created: Date },
  asked: Promise<BackupSource>,
  context: RunContext,
): Promise<Backup> {
  const { vault, encryption, definition } = parts;
  const { capabilities } = definition;
  // Only a system that may encrypt by itself has to be waited for to know how it is stored.
  const sealed = capabilities.seals === true && (await asked).sealed === true;
  const kind = sealed ? 'passphrase' : encryption.kind;
  const writer = await vault.create({
    id: options.id,
    cluster: parts.name,
    created: options.created,
    label: options.label,
    ending: capabilities.fileEnding + (kind === 'none' ? '' : '.gpg'),
  });
  try {
    const { report, content, keyIds } = sealed
      ? await writeSealed(parts, await asked, writer, context)
      : await writePlain(parts, asked, writer, context);
    const source = await asked;
    source.judge?.(report);
    context.progress({ phase: 'Syncing to disk' });
    const finished = context.clock.now().toISOString();
    return await writer.commit({
      version: 1,
      id: options.id,
      cluster: parts.name,
      system: {
        kind: definition.id,
        ...(source.systemVersion === undefined ? {} : { version: source.systemVersion }),
      },
      format: report.format,
      ...(options.mode === undefined ? {} : { mode: options.mode }),
      ...(options.label ? { label: options.label } : {}),
      ...(source.origin === undefined ? {} : { source: { ...source.origin } }),
      ...(options.scope === undefined ? {} : { scope: options.scope }),
      origin: options.origin,
      created: options.created.toISOString(),
      finished,
      sha256: { content },
      encryption: { kind, ...(keyIds.length > 0 ? { keyIds } : {}) },
      snapshot: report.identity,
      counts: report.counts,
      ...(source.notes.length > 0 ? { notes: source.notes } : {}),
      verification: { at: finished, by: VERSION, result: 'ok' },
    });
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

/** What of a backup is known once its bytes lie in the vault. */
interface Written {
  report: SnapshotReport;
  /** SHA-256 of the plain content. */
  content: string;
  keyIds: string[];
}

async function writePlain(
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

/** Stores an OpenPGP message as it comes, and opens it on the way: nothing counts as a backup that was not read. */
async function writeSealed(
  parts: ClusterParts,
  source: BackupSource,
  writer: VaultWriter,
  context: RunContext,
): Promise<Written> {
  const checker = parts.format.checker();
  const content = createHash('sha256');
  const message = new PassThrough();
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
      // Whoever still writes is let go; the failure is told below.
      message.destroy();
    }
  };
  const reading = read();
  reading.catch(() => undefined);
  let arrived = 0;
  async function* copied(): AsyncGenerator<Uint8Array> {
    for await (const chunk of readAhead(source.stream) as AsyncIterable<Uint8Array>) {
      throwIfCancelled(context.signal);
      arrived += chunk.length;
      if (!message.destroyed && !message.write(chunk)) {
        await Promise.race([once(message, 'drain'), once(message, 'close')]);
      }
      if (message.destroyed) await reading;
      context.progress(progressOf(source, arrived));
      yield chunk;
    }
    message.end();
    await reading;
  }
  try {
    await pipeToWriter(Readable.from(copied()), writer, context.signal);
    return { report: await reading, content: content.digest('hex'), keyIds: [] };
  } finally {
    message.destroy();
    checker.destroy();
  }
}

function progressOf({ size }: BackupSource, done: number): ProgressUpdate {
  return {
    phase: 'Backing up',
    done,
    unit: 'bytes',
    ...(size === undefined ? {} : { total: size }),
  };
}

/**
 * Refuses what can't be asked of the system, and gives the mode.
 *
 * @throws `core.badLabel`, `core.unsupported`
 */
export function checkRequest(parts: ClusterParts, options: Omit<BackupOptions, 'origin'>): string {
  const problem = labelProblem(options.label ?? '');
  if (problem !== undefined) {
    throw coreErrors.badLabel({
      message: `The label "${options.label ?? ''}" can't be used: ${problem}`,
    });
  }
  const { modes } = parts.definition.capabilities;
  const mode = options.mode ?? modes[0]?.id;
  if (mode === undefined || !modes.some((m) => m.id === mode)) {
    const known = modes.map((m) => m.id).join(', ');
    throw coreErrors.unsupported({
      message: `${parts.definition.title} has no backup mode "${mode ?? ''}".`,
      next: `Use one of: ${known}.`,
    });
  }
  checkScope(parts, options.scope);
  return mode;
}

function checkScope({ definition }: ClusterParts, scope: BackupScope | undefined): void {
  const { parts, contents } = definition.capabilities;
  const wrongPart = scope?.parts?.find((id) => !parts?.some((part) => part.id === id));
  const wrongKind = scope?.only?.find(({ kind }) => !contents?.scopes.includes(kind))?.kind;
  if (wrongPart === undefined && wrongKind === undefined && scope?.parts?.length !== 0) return;
  const known = wrongKind === undefined ? parts?.map((part) => part.id) : contents?.scopes;
  throw coreErrors.unsupported({
    message:
      wrongPart === undefined && wrongKind === undefined
        ? 'A backup of nothing was asked for.'
        : `A backup of ${definition.title} has no ${wrongKind === undefined ? 'part' : 'objects of kind'} "${wrongKind ?? wrongPart ?? ''}" to choose.`,
    next: known === undefined ? 'Back up the whole cluster.' : `Choose from: ${known.join(', ')}.`,
  });
}
