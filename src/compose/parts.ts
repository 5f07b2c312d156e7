import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { systemById } from '../adapters/registry';
import { configErrors } from '../core/config/configErrors';
import { coreErrors } from '../core/errors';
import type { ClusterParts } from '../core/operations/context';
import type { StoredSource } from '../core/operations/source';
import type {
  AdapterPlaces,
  Encryptor,
  Log,
  SnapshotFormat,
  SystemDefinition,
} from '../core/ports';
import { formatByBytes } from '../snapshots/byBytes';
import { formatById, formatOfFile } from '../snapshots/formats';
import { openFolderVault } from '../vaults/folder/folderVault';
import type { ResolvedCluster } from './resolvedCluster';
import { vaultOptions } from './vaultOptions';

/** Large reads: fewer turns of the event loop for the same bytes. */
const READ_BYTES = 1 << 20;

/** Stored bytes by reference: a backup of a vault by its id, or any file. */
export type SourceRef =
  { kind: 'backup'; vault: string; id: string } | { kind: 'file'; path: string };

/** Loaded when first used. */
export async function encryptor(): Promise<Encryptor> {
  const { createEncryptor } = await import('../snapshots/openpgp');
  return createEncryptor();
}

/** What an adapter gets of the place it runs in. */
export interface Surroundings extends AdapterPlaces {
  env: Readonly<Record<string, string | undefined>>;
}

/** Puts a cluster's parts together, and lets go of its connections at the end. */
export async function withParts<T>(
  cluster: ResolvedCluster,
  { env, state }: Surroundings,
  log: Log,
  run: (parts: ClusterParts) => Promise<T>,
): Promise<T> {
  const { connected } = cluster;
  const definition = systemById(connected.system);
  if (definition === undefined) {
    throw coreErrors.unknownSystem({
      message: `Cluster "${connected.name}" is of a system that is not known here: "${connected.system}".`,
    });
  }
  const create = await definition.load();
  const adapter = create(connected, env, { state });
  try {
    return await run({
      name: connected.name,
      definition,
      adapter,
      vault: openFolderVault(vaultOptions(cluster.vault, log)),
      format: await formatOfSystem(definition),
      encryptor: await encryptor(),
      encryption: cluster.encryption,
      decryption: cluster.decryption,
    });
  } finally {
    await adapter.close();
  }
}

/** The format of what a system puts into the vault; of one that puts nothing there, none that could be read. */
async function formatOfSystem({ title, capabilities }: SystemDefinition): Promise<SnapshotFormat> {
  const { format } = capabilities;
  if (format !== undefined) return formatById(format);
  return {
    id: 'none',
    title,
    endings: [],
    checker: () => {
      throw coreErrors.unsupported({
        message: `Backups of ${title} stay on the platform's side: nothing of it lies in a vault.`,
      });
    },
  };
}

/**
 * The stored bytes behind a reference.
 *
 * @throws `core.unknownBackup`, `config.unreadable`
 */
export async function openSource(ref: SourceRef, log: Log): Promise<StoredSource> {
  if (ref.kind === 'file') return fileSource(ref.path);
  const vault = openFolderVault(vaultOptions(ref.vault, log));
  const backup = await vault.get(ref.id);
  if (backup === undefined) {
    throw coreErrors.unknownBackup({
      message: `The vault ${ref.vault} holds no backup ${ref.id}.`,
    });
  }
  return {
    name: backup.manifest.file,
    size: backup.manifest.bytes,
    backup,
    open: () => vault.read(backup),
  };
}

/** Any file as a source. */
export async function fileSource(path: string): Promise<StoredSource> {
  let size: number;
  try {
    const info = await stat(path);
    if (!info.isFile()) throw new Error('Not a regular file.');
    size = info.size;
  } catch (cause) {
    throw configErrors.unreadable({ message: `The file ${path} can't be read.`, cause });
  }
  return {
    name: basename(path),
    size,
    open: () => Promise.resolve(createReadStream(path, { highWaterMark: READ_BYTES })),
  };
}

/**
 * The format in which a stored source is read: its manifest's. Without one its bytes decide, and where they don't,
 * its name, then `system`'s own format.
 */
export async function formatOf(source: StoredSource, system = 'consul'): Promise<SnapshotFormat> {
  const stated = source.backup?.manifest.format;
  if (stated !== undefined) return formatById(stated);
  return formatByBytes(await formatById(formatOfFile(source.name) ?? system));
}
