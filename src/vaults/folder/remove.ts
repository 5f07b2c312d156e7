import { lstat, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { coreErrors } from '../../core/errors';
import { errnoOf, vaultError, vaultErrors } from '../errors';
import { syncFolder, type StepHook } from './files';
import {
  changingManifest,
  clearDeadMarker,
  createMarker,
  markerState,
  type Marker,
} from './marker';
import { DELETING, MANIFEST } from './names';

export type Discard = (path: string) => Promise<void>;

/**
 * Puts a backup away: its file, then its manifest. A marker hides it from the first step on. Cut off
 * before the file went, the backup is there as it was; after that, `finishRemoval` does the rest.
 *
 * @param file path of the backup's file
 * @param still asked while nobody can change the manifest; where it says no, nothing is done
 * @throws `vault.notRemoved`; the backup is then still there
 */
export async function removeBackup(
  file: string,
  discard: Discard,
  step: StepHook,
  still: () => Promise<boolean>,
): Promise<void> {
  await step('delete:mark');
  const marker = await changingManifest(file, async () =>
    (await still()) ? mark(file) : undefined,
  );
  if (marker === undefined) return;
  try {
    await syncFolder(dirname(file));
    await step('delete:file');
    if (await isThere(file)) await discardOne(file, discard);
    await step('delete:manifest');
    await discardOne(file + MANIFEST, discard).catch((error: unknown) => {
      // The file has gone: a manifest the trash does not take has no further use.
      return rm(file + MANIFEST, { force: true }).catch(() => Promise.reject(asError(error)));
    });
    await step('delete:unmark');
    await syncFolder(dirname(file));
  } finally {
    await marker.release();
  }
}

async function mark(file: string): Promise<Marker> {
  if (!(await isThere(file + MANIFEST))) {
    throw coreErrors.unknownBackup({ message: `The backup ${file} has gone already.` });
  }
  if ((await markerState(file + DELETING)) === 'dead') await clearDeadMarker(file + DELETING);
  try {
    return await createMarker(file + DELETING);
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw vaultError(error, 'Deleting the backup', file, 'write');
    throw vaultErrors.busy({ message: `The backup ${file} is being deleted already.` });
  }
}

async function discardOne(path: string, discard: Discard): Promise<void> {
  let cause: unknown;
  try {
    await discard(path);
  } catch (error) {
    cause = error;
  }
  if (!(await isThere(path))) return;
  const why = cause instanceof Error ? cause.message : 'it is still there';
  throw vaultErrors.notRemoved({ message: `${path} could not be removed: ${why}.`, cause });
}

/** Deletes for good. */
export const deleteFile: Discard = (path) => rm(path);

/**
 * What is to be done about the marker of a deletion that a crash cut off.
 *
 * @returns what was done, or undefined while the deletion is still going on
 */
export async function finishRemoval(
  file: string,
  staleMs: number,
): Promise<'kept' | 'removed' | undefined> {
  if ((await markerState(file + DELETING, staleMs)) !== 'dead') return undefined;
  const kept = await isThere(file);
  if (!kept) {
    await rm(file + MANIFEST, { force: true });
    await syncFolder(dirname(file));
  }
  await clearDeadMarker(file + DELETING, staleMs);
  return kept ? 'kept' : 'removed';
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw vaultError(error, 'Looking for the backup', path, 'read');
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
