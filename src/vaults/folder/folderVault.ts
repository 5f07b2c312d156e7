import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { coreErrors } from '../../core/errors';
import { manifestSchema } from '../../core/manifest';
import type { Backup, Manifest } from '../../core/model';
import type { Clock, Log, Vault } from '../../core/ports';
import { vaultError, vaultErrors } from '../errors';
import { FOLDER_MODE, type StepHook } from './files';
import { lockCluster } from './lock';
import { keepUnknown, ManifestReader, replaceManifest, type VaultProblem } from './manifestFile';
import { changingManifest, markerState, STALE_MS } from './marker';
import { noteServed, readServed } from './served';
import { backupPath, checkClusterName, DELETING, MANIFEST } from './names';
import { readBackupFile } from './reader';
import { recoverVault } from './recover';
import { deleteFile, removeBackup } from './remove';
import { clusterFolders, findAgain, scan, type FoundBackup } from './scan';
import { adoptStray, findStrays } from './strays';
import { FolderWatch } from './watch';
import { FolderWriter } from './writer';

export type { VaultProblem } from './manifestFile';

/** Vaults are opened often and for a moment; what was read of them, and told, is kept. */
const reader = new ManifestReader();
const told = new Set<string>();

export interface FolderVaultOptions {
  /** The vault's folder; made with the first backup. */
  folder: string;
  clock: Clock;
  log?: Log;
  /** Endings of files to adopt, with the dot; `''` for names without any. */
  endings?: readonly string[];
  /** How long (ms) a file must have been left alone to be adopted. */
  settleMs?: number;
  /** Without a heartbeat for this long (ms), a process counts as gone. At least 2000. */
  staleMs?: number;
  /** How often (ms) to look for changes where the system tells none. */
  pollMs?: number;
  debounceMs?: number;
  /** Called before each step of a change: for tests that kill the process there. */
  onStep?: StepHook;
}

export interface FolderVault extends Vault {
  /** Manifests that the last `list()` found and could not use: damaged, or of a newer version. */
  problems(): readonly VaultProblem[];
}

/**
 * A folder as a vault: `<folder>/<cluster>/<file>`, each file with `<file>.manifest.json` beside it.
 * Several processes may use one folder at once, also over a network share.
 */
export function openFolderVault(options: FolderVaultOptions): FolderVault {
  const root = resolve(options.folder);
  const { clock, log, onStep: step = () => undefined } = options;
  const {
    endings = ['.snap', '.snap.gpg'],
    settleMs = 2_000,
    staleMs = STALE_MS,
    pollMs = 5_000,
    debounceMs = 150,
  } = options;
  let problems: VaultProblem[] = [];

  async function listFound(cluster?: string): Promise<FoundBackup[]> {
    if (cluster !== undefined) checkClusterName(cluster);
    const scanned = await scan(root, cluster ? [cluster] : await clusterFolders(root), reader);
    const others = problems.filter(
      ({ path }) => cluster !== undefined && dirname(path) !== join(root, cluster),
    );
    problems = [...others, ...scanned.problems];
    for (const { path, error } of scanned.problems) {
      if (!told.has(path + error.code)) log?.warn(`${error.message} ${error.next}`);
      told.add(path + error.code);
    }
    return scanned.found;
  }

  async function find(id: string): Promise<FoundBackup | undefined> {
    const known = await findAgain(root, id, reader);
    return known ?? (await listFound()).find(({ manifest }) => manifest.id === id);
  }

  async function mustFind(id: string): Promise<FoundBackup> {
    const found = await find(id);
    if (found) return found;
    throw coreErrors.unknownBackup({ message: `The vault ${root} holds no backup ${id}.` });
  }

  /** The manifest as it is now, read while no other changes it. */
  async function readAgain({ manifest, backup }: FoundBackup): Promise<FoundBackup> {
    const { cluster, file, id } = manifest;
    const now = await reader.read(root, cluster, file + MANIFEST);
    const going = (await markerState(backup.path + DELETING)) === 'alive';
    if (now && 'manifest' in now && now.manifest.id === id && !going) {
      return { ...now, backup: { ...backup, manifest: now.manifest } };
    }
    throw coreErrors.unknownBackup({ message: `The backup ${backup.path} has gone.` });
  }

  async function update(id: string, change: (manifest: Manifest) => Manifest): Promise<Backup> {
    const found = await mustFind(id);
    const { path } = found.backup;
    try {
      return await changingManifest(path, async () => {
        const now = await readAgain(found);
        const changed = manifestSchema.safeParse(change(structuredClone(now.manifest)));
        if (!changed.success || changed.data.id !== id || changed.data.file !== now.manifest.file) {
          const why = changed.error?.message ?? 'its id or file changed';
          throw vaultErrors.badRequest({ message: `The new manifest of ${id} is no good: ${why}` });
        }
        await replaceManifest(path, keepUnknown(now.raw, now.manifest, changed.data), step);
        return { ...now.backup, manifest: changed.data };
      });
    } catch (error) {
      throw vaultError(error, 'Changing the manifest', path + MANIFEST, 'write');
    }
  }

  return {
    location: root,
    problems: () => problems,
    list: async (cluster) =>
      (await listFound(cluster)).map(({ backup }) => structuredClone(backup)),
    get: async (id) => structuredClone((await find(id))?.backup),
    create: (name) => FolderWriter.open(root, name, step),
    read: async (backup) => readBackupFile(backupPath(root, backup.manifest)),
    update,
    remove: async (id, discard = deleteFile, still) => {
      const found = await mustFind(id);
      const { path } = found.backup;
      const isStill = async () => still?.((await readAgain(found)).manifest) !== false;
      try {
        await removeBackup(path, discard, step, isStill);
      } catch (error) {
        throw vaultError(error, 'Deleting the backup', path, 'write');
      }
    },
    lock: async (cluster, purpose, kind) => {
      checkClusterName(cluster);
      return lockCluster({ folder: join(root, cluster), cluster, purpose, clock, staleMs, kind });
    },
    lastServed: async (cluster) => {
      checkClusterName(cluster);
      return readServed(join(root, cluster));
    },
    noteServed: async (cluster, served) => {
      checkClusterName(cluster);
      await noteServed(join(root, cluster), served);
    },
    strays: () => findStrays(root, { endings, settleMs, staleMs }),
    adopt: (path, manifest) => adoptStray(root, resolve(path), manifest, step),
    recover: async () => {
      try {
        await mkdir(root, { recursive: true, mode: FOLDER_MODE });
        const done = await recoverVault(root, staleMs);
        for (const line of done) log?.info(`Vault ${root}: ${line}`);
        return done;
      } catch (error) {
        throw vaultError(error, 'Recovering the vault', root, 'write');
      }
    },
    watch: (listener) => new FolderWatch({ root, debounceMs, pollMs, settleMs }, listener),
  };
}
