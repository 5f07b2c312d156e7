import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { atEnd } from './cleanup';

/** The checkout's top folder; this file runs as out/src/sandbox/parts/folders.js. */
export const repositoryRoot = resolve(__dirname, '..', '..', '..', '..');

/** Where fetched parts are kept between runs. */
export function cacheFolder(): string {
  return resolve(process.env['CLUSTER_BACKUP_CACHE'] ?? join(repositoryRoot, '.cache'));
}

/** Whether the path exists, whatever it is. */
export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Makes a folder under the system's temporary folder; it goes away with the process at the latest. */
export async function temporaryFolder(
  name: string,
): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), `cluster-backup-${name}-`));
  return { path, remove: atEnd({ folder: path }) };
}

/**
 * Gives the folder `target`, making it with `fill` where it is not there yet. `fill` works in a
 * folder beside it that is renamed when done, so a folder that exists is complete, and two
 * processes at once do no harm: the second to finish drops its own.
 */
export async function makeOnce(
  target: string,
  fill: (folder: string) => Promise<void>,
): Promise<string> {
  if (await exists(target)) return target;
  await mkdir(dirname(target), { recursive: true });
  const draft = `${target}.${process.pid}-${randomBytes(4).toString('hex')}.partial`;
  const forget = atEnd({ folder: draft });
  try {
    await mkdir(draft);
    await fill(draft);
    await rename(draft, target).catch(async (error: unknown) => {
      if (!(await exists(target))) throw error;
    });
  } finally {
    await forget();
  }
  return target;
}

/** Removes a folder that a process just stopped may still be writing its last files to. */
export async function removeFolder(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
