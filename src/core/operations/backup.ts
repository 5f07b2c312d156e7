import { ulid } from 'ulid';
import { coreErrors, throwIfCancelled } from '../errors';
import { labelProblem } from '../model';
import type { Backup, BackupScope, Manifest } from '../model';
import type { BackupSource, RunContext } from '../ports';
import { VERSION } from '../version';
import type { ClusterParts } from './context';
import { finishInterrupted } from './resume';
import { writePlain, writeSealed } from './writeContent';

export interface BackupOptions {
  mode?: string | undefined;
  label?: string | undefined;
  scope?: BackupScope | undefined;
  /** Which server takes it, where that can be chosen. */
  on?: string | undefined;
  /** To what the backup's plan asks. */
  answers?: Readonly<Record<string, string>> | undefined;
  origin: Manifest['origin'];
}

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
  const { encryption, definition } = parts;
  if (definition.capabilities.modes.some(({ id, hosted }) => id === mode && hosted === true)) {
    throw coreErrors.unsupported({
      message: `A backup of ${definition.title} in mode "${mode}" stays on the platform's side: it does not come into the vault.`,
    });
  }
  const { answers } = options;
  const ask = () => parts.adapter.backup?.({ mode, scope, on, encryption, answers }, context);
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
  // A stream that is silent would not notice that nobody wants it any more.
  const stop = () => void asked.then((source) => source.stream.destroy()).catch(() => undefined);
  context.signal.addEventListener('abort', stop, { once: true });
  try {
    return await keep(parts, { ...options, id, created }, asked, context);
  } finally {
    context.signal.removeEventListener('abort', stop);
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
    ending: (capabilities.fileEnding ?? '') + (kind === 'none' ? '' : '.gpg'),
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

/**
 * Refuses what can't be asked of the system, and gives the mode.
 *
 * @throws `core.badLabel`, `core.unsupported`
 */
export function checkRequest(parts: ClusterParts, options: Omit<BackupOptions, 'origin'>): string {
  const problem = labelProblem(options.label ?? '', parts.definition);
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
