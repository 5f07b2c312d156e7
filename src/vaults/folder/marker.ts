import { lstat, readFile, rename, rm, unlink, utimes } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { errnoOf, vaultErrors } from '../errors';
import { DEAD, UPDATING } from './names';
import { openNew } from './files';
import { newOwner, ownerHasEnded, ownerSchema, type Owner } from './process';

/** Without a heartbeat for this long (ms), whoever held a lock or marker counts as gone. */
export const STALE_MS = 15_000;
const HEARTBEAT_MS = 3_000;

export interface Marker {
  release(): Promise<void>;
}

/**
 * Makes a small file that says who is at work, and keeps its time fresh until released.
 *
 * @throws the system's EEXIST when there is one already
 */
export async function createMarker(path: string): Promise<Marker> {
  const handle = await openNew(path);
  try {
    await handle.writeFile(JSON.stringify(newOwner()));
    await handle.close();
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(path, { force: true }).catch(() => undefined);
    throw error;
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, HEARTBEAT_MS);
  heartbeat.unref();
  return {
    release: async () => {
      clearInterval(heartbeat);
      await rm(path, { force: true });
    },
  };
}

/** Whether the marker is there, and whether who made it is still at work. */
export async function markerState(
  path: string,
  staleMs = STALE_MS,
): Promise<'absent' | 'alive' | 'dead'> {
  const found = await readMarker(path);
  if (found === undefined) return 'absent';
  return isAlive(found, staleMs) ? 'alive' : 'dead';
}

interface FoundMarker {
  /** Undefined where a crash came before the name was written. */
  owner: Owner | undefined;
  age: number;
}

async function readMarker(path: string): Promise<FoundMarker | undefined> {
  try {
    const { mtimeMs } = await lstat(path);
    const owner = await readOwner(path);
    return { owner, age: Date.now() - mtimeMs };
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Who is named in a marker; undefined where the file says nothing we understand. */
export async function readOwner(path: string): Promise<Owner | undefined> {
  const text = await readFile(path, 'utf8');
  try {
    return ownerSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function isAlive({ owner, age }: FoundMarker, staleMs: number): boolean {
  return age < staleMs && !(owner && ownerHasEnded(owner));
}

/** Takes a dead marker away, so that of several who find it one goes on. */
export async function clearDeadMarker(path: string, staleMs = STALE_MS): Promise<void> {
  const aside = `${path}.${newOwner().token}${DEAD}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return;
    throw error;
  }
  // Another may have been quicker and what we hold is its new marker: give it back.
  if ((await markerState(aside, staleMs)) === 'alive') return rename(aside, path);
  await unlink(aside);
}

/**
 * Runs one change of a backup's manifest at a time, over all processes.
 *
 * @param file path of the backup's file
 * @throws `vault.busy` when another holds it for over ten seconds
 */
export async function changingManifest<T>(file: string, work: () => Promise<T>): Promise<T> {
  const marker = await takeMarker(file + UPDATING, file);
  try {
    return await work();
  } finally {
    await marker.release();
  }
}

async function takeMarker(path: string, file: string): Promise<Marker> {
  const giveUp = Date.now() + 10_000;
  for (;;) {
    try {
      return await createMarker(path);
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error;
    }
    if ((await markerState(path)) === 'dead') {
      await clearDeadMarker(path);
    } else if (Date.now() > giveUp) {
      throw vaultErrors.busy({ message: `Another process is changing the manifest of ${file}.` });
    } else {
      await delay(20 + Math.random() * 60);
    }
  }
}
