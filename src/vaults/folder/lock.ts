import { lstat, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import type { Clock, VaultLock } from '../../core/ports';
import { errnoOf, vaultError, vaultErrors } from '../errors';
import { FILE_MODE } from './files';
import { CHECK_LOCK, CHECK_LOCK_HOLDER, DEAD, LOCK, LOCK_HOLDER, TEMP } from './names';
import { newOwner, ownerHasEnded, ownerSchema } from './process';
import { makeClusterFolder } from './writer';

const holderSchema = ownerSchema.extend({ purpose: z.string(), since: z.string() });

type Holder = z.infer<typeof holderSchema>;

export interface LockOptions {
  folder: string;
  cluster: string;
  purpose: string;
  clock: Clock;
  /** Without a heartbeat for this long (ms), the lock is free. */
  staleMs: number;
  /** `check`: the lock of reading back, which keeps nobody from working. */
  kind?: 'work' | 'check' | undefined;
}

/** Where a lock lies: the folder that beats, and who holds it. */
interface LockPaths {
  lock: string;
  holder: string;
}

function pathsOf(folder: string, kind: LockOptions['kind'] = 'work'): LockPaths {
  return kind === 'check'
    ? { lock: join(folder, CHECK_LOCK), holder: join(folder, CHECK_LOCK_HOLDER) }
    : { lock: join(folder, LOCK), holder: join(folder, LOCK_HOLDER) };
}

/**
 * Locks a cluster's folder. The lock is a folder `.lock` whose time is kept fresh (proper-lockfile),
 * which holds on network shares too; who has it stands beside it in `.lock.json`.
 *
 * @throws `vault.locked` with who holds it and since when
 */
export async function lockCluster(options: LockOptions): Promise<VaultLock> {
  const { folder, cluster, purpose, clock, staleMs, kind } = options;
  const paths = pathsOf(folder, kind);
  const lost = new AbortController();
  try {
    await makeClusterFolder(folder);
    await freeIfHolderEnded(paths);
    const wasHeld = await lockTime(paths);
    const { lock: acquire } = await import('./properLockfile');
    // Named by the lock itself: the library knows one lock a name, and a folder may have two.
    const release = await acquire(paths.lock, {
      lockfilePath: paths.lock,
      realpath: false,
      stale: staleMs,
      update: Math.min(5_000, staleMs / 3),
      onCompromised: (cause) => lost.abort(lockLost(cluster, folder, cause)),
    });
    const holder: Holder = { ...newOwner(), purpose, since: clock.now().toISOString() };
    await writeHolder(paths, holder);
    if (wasHeld !== undefined) await confirm(paths, holder, lost);
    return { signal: lost.signal, release: () => releaseLock(paths, holder, release) };
  } catch (error) {
    if (errnoOf(error) === 'ELOCKED') throw await lockedError(paths, options);
    throw vaultError(error, `Locking the cluster "${cluster}"`, folder, 'write');
  }
}

/**
 * Since when (ms, by the file system's clock) a living process holds the cluster; undefined when free.
 * What was written before that time is not its work.
 */
export async function heldSince(folder: string, staleMs: number): Promise<number | undefined> {
  const paths = pathsOf(folder);
  const beat = await lockTime(paths);
  if (beat === undefined || Date.now() - beat > staleMs) return undefined;
  const holder = await readHolder(paths);
  if (holder === undefined) return beat;
  return ownerHasEnded(holder) ? undefined : holder.written;
}

async function lockTime({ lock }: LockPaths): Promise<number | undefined> {
  try {
    return (await lstat(lock)).mtimeMs;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function readHolder({
  holder: path,
}: LockPaths): Promise<(Holder & { written: number }) | undefined> {
  try {
    const holder = holderSchema.parse(JSON.parse(await readFile(path, 'utf8')));
    return { ...holder, written: (await lstat(path)).mtimeMs };
  } catch {
    return undefined;
  }
}

async function writeHolder({ holder: path }: LockPaths, holder: Holder): Promise<void> {
  const temp = `${path}.${holder.token}${TEMP}`;
  await writeFile(temp, JSON.stringify(holder), { mode: FILE_MODE, flag: 'wx' });
  await rename(temp, path);
}

/** A holder that has certainly ended need not be waited for. Of several who see it, one frees it. */
async function freeIfHolderEnded(paths: LockPaths): Promise<void> {
  const holder = await readHolder(paths);
  if (holder === undefined || !ownerHasEnded(holder)) return;
  const path = paths.holder;
  const aside = `${path}.${newOwner().token}${DEAD}`;
  try {
    await rename(path, aside);
    const taken = holderSchema.safeParse(JSON.parse(await readFile(aside, 'utf8'))).data;
    // Another was quicker, and this is the name of the new holder: give it back.
    if (taken?.token !== holder.token) {
      await rename(aside, path);
      return;
    }
    await rm(paths.lock, { recursive: true, force: true });
    await rm(aside, { force: true });
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}

/** Two who find a stale lock at once may both think they took it: the one named last has it. */
async function confirm(paths: LockPaths, holder: Holder, lost: AbortController): Promise<void> {
  await delay(150 + Math.random() * 100);
  const now = await readHolder(paths);
  if (now?.token === holder.token && !lost.signal.aborted) return;
  throw Object.assign(new Error('Taken by another at the same moment'), { code: 'ELOCKED' });
}

async function releaseLock(
  paths: LockPaths,
  holder: Holder,
  release: () => Promise<void>,
): Promise<void> {
  const now = await readHolder(paths);
  if (now?.token === holder.token) await rm(paths.holder, { force: true });
  try {
    await release();
  } catch (error) {
    // Lost, or released before: nothing is left to let go of.
    const code = errnoOf(error);
    if (code !== 'ERELEASED' && code !== 'ENOTACQUIRED' && code !== 'ENOENT') throw error;
  }
}

async function lockedError(paths: LockPaths, { cluster, kind }: LockOptions) {
  const holder = await readHolder(paths);
  const who =
    holder === undefined
      ? 'another process'
      : `${holder.host}:${holder.pid} since ${holder.since} (${holder.purpose})`;
  const doing = kind === 'check' ? 'are being checked' : 'are in use';
  return vaultErrors.locked({ message: `The backups of "${cluster}" ${doing} by ${who}.` });
}

function lockLost(cluster: string, folder: string, cause: unknown) {
  return vaultErrors.lockLost({
    message: `The lock of the cluster "${cluster}" in ${folder} was lost to another process.`,
    cause,
  });
}
