import { chmod, lstat } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { manifestSchema } from '../../core/manifest';
import type { Backup, Manifest } from '../../core/model';
import { vaultError, vaultErrors } from '../errors';
import { FILE_MODE, mapLimited, renameSynced, type StepHook } from './files';
import { heldSince } from './lock';
import { replaceManifest } from './manifestFile';
import { changingManifest, markerState } from './marker';
import { backupPath, checkClusterName, DELETING, isPlainName, MANIFEST, UPDATING } from './names';
import { clusterFolders, readFolder } from './scan';
import { makeClusterFolder } from './writer';

export interface Stray {
  path: string;
  cluster: string | undefined;
}

export interface StrayOptions {
  endings: readonly string[];
  /** A file must have been left alone for this long (ms). */
  settleMs: number;
  staleMs: number;
}

/** Files of backups that have no manifest and that nobody is writing, in the root and its clusters. */
export async function findStrays(root: string, options: StrayOptions): Promise<Stray[]> {
  const clusters = await clusterFolders(root);
  const found = await mapLimited([undefined, ...clusters], 4, (cluster) =>
    straysOf(root, cluster, options),
  );
  return found.flat();
}

async function straysOf(
  root: string,
  cluster: string | undefined,
  { endings, settleMs, staleMs }: StrayOptions,
): Promise<Stray[]> {
  const folder = cluster === undefined ? root : join(root, cluster);
  const entries = await readFolder(folder);
  const names = new Set(entries.map((entry) => entry.name));
  const candidates = entries.filter(
    ({ name }) =>
      isPlainName(name) &&
      endings.some((ending) => (ending === '' ? !name.includes('.') : name.endsWith(ending))) &&
      !names.has(name + MANIFEST) &&
      !names.has(name + DELETING),
  );
  if (candidates.length === 0) return [];
  const since = cluster === undefined ? undefined : await heldSince(folder, staleMs);
  const strays: Stray[] = [];
  for (const entry of candidates) {
    const path = join(folder, entry.name);
    if (!entry.isFile() || !(await isLeftAlone(path, settleMs, since))) continue;
    if (names.has(entry.name + UPDATING) && (await markerState(path + UPDATING)) === 'alive') {
      continue;
    }
    strays.push({ path, cluster });
  }
  return strays;
}

/**
 * The time of the last change to the file or its name cannot be set back by a copying program, as the
 * time of its content can; what changed since a living holder took the lock is the holder's to finish.
 */
async function isLeftAlone(path: string, settleMs: number, lockedSince: number | undefined) {
  const stat = await lstat(path).catch(() => undefined);
  if (!stat?.isFile()) return false;
  const changed = Math.max(stat.ctimeMs, stat.mtimeMs);
  if (lockedSince !== undefined && changed >= lockedSince) return false;
  return Date.now() - changed >= settleMs || changed - Date.now() > settleMs;
}

/**
 * Makes a stray a backup: moves it into its cluster's folder where it is not there, and writes its
 * manifest. Cut off in between, it is a stray again.
 *
 * @throws `vault.outside` for what is not a plain file of this vault, `vault.exists` when there is a
 *   manifest already
 */
export async function adoptStray(
  root: string,
  path: string,
  manifest: Omit<Manifest, 'file'>,
  step: StepHook,
): Promise<Backup> {
  checkClusterName(manifest.cluster);
  const file = basename(path);
  const target = backupPath(root, { cluster: manifest.cluster, file });
  const parsed = manifestSchema.safeParse({ ...manifest, file });
  if (!parsed.success) {
    const message = `The manifest for ${path} is not valid: ${parsed.error.message}`;
    throw vaultErrors.badRequest({ message });
  }
  try {
    await checkIsOurs(root, path);
    await step('adopt:move');
    await makeClusterFolder(dirname(target));
    await changingManifest(target, async () => {
      await refuseIfThere(target + MANIFEST);
      if (path !== target) {
        await refuseIfThere(target);
        await renameSynced(path, target);
      }
      // A share may not know modes; the folder above is closed all the same.
      await chmod(target, FILE_MODE).catch(() => undefined);
      await step('adopt:manifest');
      await replaceManifest(target, { ...manifest, file }, step);
      await step('adopt:done');
    });
  } catch (error) {
    throw vaultError(error, 'Adopting the file', path, 'write');
  }
  return { manifest: parsed.data, path: target, state: 'present' };
}

async function checkIsOurs(root: string, path: string): Promise<void> {
  const parts = relative(root, path).split(sep);
  const inside = parts.length <= 2 && parts.every((part) => isPlainName(part));
  const folder = await lstat(dirname(path));
  const isFile = (await lstat(path)).isFile();
  if (inside && isFile && (parts.length === 1 || folder.isDirectory())) return;
  throw vaultErrors.outside({ message: `${path} is not a plain file of the vault ${root}.` });
}

async function refuseIfThere(path: string): Promise<void> {
  const there = await lstat(path).then(
    () => true,
    () => false,
  );
  if (there) throw vaultErrors.exists({ message: `There is ${path} already.` });
}
