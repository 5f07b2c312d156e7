import { constants } from 'node:fs';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoOf } from '../errors';

/** Called before each step of a change, by its name. For tests that kill the process there. */
export type StepHook = (name: string) => void | Promise<void>;

/** Backups hold secrets: files are their owner's only. */
export const FILE_MODE = 0o600;
export const FOLDER_MODE = 0o700;

// Windows has no such flag; there, links are told by lstat alone.
const NO_FOLLOW = process.platform === 'win32' ? 0 : constants.O_NOFOLLOW;

/** Opens a file to read; a symbolic link fails with ELOOP. */
export function openNoFollow(path: string): Promise<FileHandle> {
  return open(path, constants.O_RDONLY | NO_FOLLOW);
}

/** Makes a new file; fails with EEXIST on whatever has that name, links included. */
export function openNew(path: string): Promise<FileHandle> {
  return open(path, 'wx', FILE_MODE);
}

/** Writes a new file and brings it to the disk. It is removed again when that fails. */
export async function writeNewFile(path: string, text: string): Promise<void> {
  const handle = await openNew(path);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(path, { force: true }).catch(() => undefined);
    throw error;
  }
  await handle.close();
}

/** Brings a rename or a deletion in a folder to the disk. Not all systems can; those need not. */
export async function syncFolder(folder: string): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(folder, 'r');
    await handle.sync();
  } catch (error) {
    const code = errnoOf(error);
    const harmless = ['EISDIR', 'EINVAL', 'EPERM', 'EACCES', 'ENOTSUP', 'EBADF', 'ENOSYS'];
    if (code === undefined || !harmless.includes(code)) throw error;
  } finally {
    await handle?.close().catch(() => undefined);
  }
}

/** Renames, then brings the folder to the disk. */
export async function renameSynced(from: string, to: string): Promise<void> {
  await rename(from, to);
  await syncFolder(dirname(to));
}

/** Maps with at most `limit` at once, in order. */
export async function mapLimited<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  const run = async () => {
    for (let i = next++; i < items.length; i = next++) results[i] = await work(items[i] as T);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, run));
  return results;
}
