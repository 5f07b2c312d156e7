import { coreErrors } from '../errors';
import type { Backup, HostedBackup, HostedListing } from '../model';
import type { HostedBackups, RunContext } from '../ports';
import { checkRequest, keepFrom } from './backup';
import type { BackupOptions } from './backup';
import type { ClusterParts } from './context';
import { finishInterrupted } from './resume';

/** Backups that the platform keeps on its own side, newest first. */
export function listHosted(parts: ClusterParts, context: RunContext): Promise<HostedListing> {
  return hostedOf(parts).list(context);
}

/**
 * Has the platform make a backup that stays on its own side, and follows it to its end.
 *
 * @throws `vault.locked` while something else is done to the cluster; what the platform says where it fails
 */
export async function createHosted(
  parts: ClusterParts,
  options: Omit<BackupOptions, 'origin'>,
  context: RunContext,
): Promise<HostedBackup> {
  const { definition, encryption } = parts;
  const { modes } = definition.capabilities;
  const hosted = modes.filter((mode) => mode.hosted === true).map(({ id }) => id);
  const mode = checkRequest(parts, { ...options, mode: options.mode ?? hosted[0] });
  if (!hosted.includes(mode)) {
    throw coreErrors.unsupported({
      message: `A backup of ${definition.title} in mode "${mode}" comes into the vault, not to the platform's side.`,
    });
  }
  const { label, scope, on, answers } = options;
  return lockedFor(parts, 'backup', context, (c) =>
    hostedOf(parts).create({ mode, label, scope, on, encryption, answers }, c),
  );
}

/**
 * Copies a backup that lies on the platform's side into the vault, checked like any other.
 *
 * @throws what the platform says, `snapshot.*` where what arrives is damaged
 */
export async function fetchHosted(
  parts: ClusterParts,
  { id, ...options }: Pick<BackupOptions, 'label' | 'origin'> & { id: string },
  context: RunContext,
): Promise<Backup> {
  const { modes } = parts.definition.capabilities;
  const mode = modes.find(({ hosted }) => hosted === true)?.id;
  return lockedFor(parts, 'backup', context, (c) => {
    const hosted = hostedOf(parts);
    if (hosted.fetch === undefined) throw unsupported(parts);
    return keepFrom(parts, { ...options, mode }, () => hosted.fetch?.(id, c), c);
  });
}

/** @throws `core.unsupported` */
export function hostedOf(parts: ClusterParts): HostedBackups {
  if (parts.adapter.hosted === undefined) throw unsupported(parts);
  return parts.adapter.hosted();
}

/** What the system's own side can't do. */
export function unsupported({ definition }: ClusterParts) {
  return coreErrors.unsupported({
    message: `${definition.title} keeps no backups on its own side that could be used so.`,
  });
}

/** Runs while nobody else works on the cluster, after what a run before was cut off in has been finished. */
export async function lockedFor<T>(
  parts: ClusterParts,
  purpose: string,
  context: RunContext,
  run: (context: RunContext) => Promise<T>,
): Promise<T> {
  const lock = await parts.vault.lock(parts.name, purpose);
  const signal = AbortSignal.any([context.signal, lock.signal]);
  try {
    await finishInterrupted(parts, { ...context, signal });
    return await run({ ...context, signal });
  } finally {
    await lock.release();
  }
}
