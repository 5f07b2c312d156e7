import { lstat, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { heldSince } from './lock';
import { finishManifest, parseManifest } from './manifestFile';
import { clearDeadMarker, markerState } from './marker';
import {
  CHECK_LOCK_HOLDER,
  DEAD,
  DELETING,
  LOCK_HOLDER,
  MANIFEST,
  SERVED,
  PARTIAL,
  TEMP,
  UPDATING,
} from './names';
import { finishRemoval } from './remove';
import { clusterFolders, readFolder } from './scan';
import { writingHere } from './writer';

/**
 * Clears away what processes that died have left, and completes what lacked only its last step.
 *
 * @param staleMs without a heartbeat for this long, a process counts as dead
 * @returns a line for each thing done
 */
export async function recoverVault(root: string, staleMs: number): Promise<string[]> {
  const done: string[] = [];
  for (const cluster of await clusterFolders(root)) {
    const names = (await readFolder(join(root, cluster))).map((entry) => entry.name);
    const context = { root, cluster, folder: join(root, cluster), staleMs, done };
    await recoverDeletions(context, names);
    await recoverManifests(context, names);
    await recoverPartials(context, names);
  }
  return done;
}

interface Context {
  root: string;
  cluster: string;
  folder: string;
  staleMs: number;
  done: string[];
}

async function recoverDeletions(context: Context, names: string[]): Promise<void> {
  for (const name of names.filter((one) => one.endsWith(DELETING))) {
    const file = name.slice(0, -DELETING.length);
    const result = await finishRemoval(join(context.folder, file), context.staleMs);
    if (result === undefined) continue;
    const what = result === 'kept' ? 'a deletion had not begun: kept' : 'deletion completed';
    say(context, file, what);
  }
}

/** Files of the folder, and of no backup: what they lacked is written anew by whoever needs it. */
const OF_FOLDER = [LOCK_HOLDER, CHECK_LOCK_HOLDER, SERVED];

/** A new manifest that lacked only its rename is put in place; others go. Then the markers. */
async function recoverManifests(context: Context, names: string[]): Promise<void> {
  const { folder, staleMs } = context;
  for (const name of names.filter((one) => one.endsWith(TEMP))) {
    const path = join(folder, name);
    if (OF_FOLDER.some((beginning) => name.startsWith(beginning))) {
      if ((await ageOf(path)) > staleMs) await rm(path, { force: true });
      continue;
    }
    if (!name.includes(MANIFEST)) continue;
    const file = name.slice(0, name.indexOf(MANIFEST));
    if (await isBeingChanged(join(folder, file), path, staleMs)) continue;
    if (await completes(context, path, file, names)) {
      await finishManifest(path, join(folder, file));
      say(context, file, 'backup completed');
    } else {
      await rm(path, { force: true });
      say(context, name, 'unfinished manifest removed');
    }
  }
  for (const name of names.filter((one) => one.endsWith(UPDATING) || one.endsWith(DEAD))) {
    const path = join(folder, name);
    if ((await markerState(path, staleMs)) === 'dead') await clearDeadMarker(path, staleMs);
  }
}

async function isBeingChanged(file: string, temp: string, staleMs: number): Promise<boolean> {
  const marker = await markerState(file + UPDATING, staleMs);
  return marker === 'alive' || (marker === 'absent' && (await ageOf(temp)) < staleMs);
}

/** True when the file lies there whole, without a manifest, and this is a whole manifest for it. */
async function completes(
  { root, cluster, folder }: Context,
  temp: string,
  file: string,
  names: string[],
): Promise<boolean> {
  if (names.includes(file + MANIFEST) || !names.includes(file)) return false;
  const stat = await lstat(join(folder, file)).catch(() => undefined);
  const text = await readFile(temp, 'utf8').catch(() => '');
  const reading = parseManifest(join(root, cluster, file + MANIFEST), text, cluster, file);
  return 'manifest' in reading && stat?.isFile() === true && stat.size === reading.manifest.bytes;
}

/** A partial is its writer's while the cluster's lock beats and was taken before it was begun. */
async function recoverPartials(context: Context, names: string[]): Promise<void> {
  const partials = names.filter((one) => one.endsWith(PARTIAL));
  if (partials.length === 0) return;
  const since = await heldSince(context.folder, context.staleMs);
  for (const name of partials) {
    const path = join(context.folder, name);
    if (writingHere.has(path)) continue;
    const stat = await lstat(path).catch(() => undefined);
    if (stat === undefined || (since !== undefined && stat.mtimeMs >= since)) continue;
    await rm(path, { force: true });
    say(context, name, 'unfinished backup removed');
  }
}

async function ageOf(path: string): Promise<number> {
  const stat = await lstat(path).catch(() => undefined);
  return stat === undefined ? 0 : Date.now() - stat.mtimeMs;
}

function say({ cluster, done }: Context, name: string, what: string): void {
  done.push(`${cluster}/${name}: ${what}`);
}
