import type { Dirent, Stats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CLUSTER_NAME_PATTERN, type Backup } from '../../core/model';
import { errnoOf, vaultError } from '../errors';
import { mapLimited } from './files';
import { markerState } from './marker';
import type { ManifestReader, StoredManifest, VaultProblem } from './manifestFile';
import { DELETING, MANIFEST } from './names';

/** Files opened at once while listing. */
const READS = 32;

export interface FoundBackup extends StoredManifest {
  backup: Backup;
}

export interface Scan {
  /** Newest first. */
  found: FoundBackup[];
  problems: VaultProblem[];
}

/** What is in a folder; nothing where the folder is not there (yet). */
export async function readFolder(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw vaultError(error, 'Listing the vault', folder, 'read');
  }
}

/** The clusters that have a folder in the vault. Links are no folders of a vault. */
export async function clusterFolders(root: string): Promise<string[]> {
  const entries = await readFolder(root);
  return entries
    .filter((entry) => entry.isDirectory() && CLUSTER_NAME_PATTERN.test(entry.name))
    .map((entry) => entry.name);
}

/** Reads all manifests of the given clusters. */
export async function scan(
  root: string,
  clusters: readonly string[],
  reader: ManifestReader,
): Promise<Scan> {
  const scans = await mapLimited(clusters, 4, (cluster) => scanCluster(root, cluster, reader));
  const found = scans.flatMap((one) => one.found);
  found.sort((a, b) => b.time - a.time || (a.manifest.id < b.manifest.id ? 1 : -1));
  return { found, problems: scans.flatMap((one) => one.problems) };
}

async function scanCluster(root: string, cluster: string, reader: ManifestReader): Promise<Scan> {
  const entries = new Map((await readFolder(join(root, cluster))).map((e) => [e.name, e]));
  const names = [...entries.keys()].filter((name) => name.endsWith(MANIFEST));
  const result: Scan = { found: [], problems: [] };
  const readings = await mapLimited(names, READS, (name) => reader.read(root, cluster, name));
  reader.keepOnly(root, cluster, names);
  for (const reading of readings) {
    if (reading === undefined) continue;
    if ('error' in reading) result.problems.push(reading);
    else {
      const { file } = reading.manifest;
      const path = join(root, cluster, file);
      const present = entries.get(file)?.isFile() === true;
      if (entries.has(file + DELETING) && (await isDeleted(path, present))) continue;
      result.found.push(foundAt(path, reading, present));
    }
  }
  return result;
}

/**
 * The backup of an id where it lay when it was last read, looked at anew; undefined where it is not there, or was never
 * read. Among a thousand others, this is a thousand times less work than `scan`.
 */
export async function findAgain(
  root: string,
  id: string,
  reader: ManifestReader,
): Promise<FoundBackup | undefined> {
  const place = reader.placeOf(root, id);
  if (place === undefined) return undefined;
  const reading = await reader.read(root, place.cluster, place.name);
  if (reading === undefined || 'error' in reading || reading.manifest.id !== id) return undefined;
  const path = join(root, place.cluster, reading.manifest.file);
  const [folder, file] = await Promise.all([kindOf(dirname(path)), kindOf(path)]);
  if (folder?.isDirectory() !== true) return undefined;
  const present = file?.isFile() === true;
  const marker = await markerState(path + DELETING);
  if (marker === 'alive' || (marker === 'dead' && !present)) return undefined;
  return foundAt(path, reading, present);
}

function foundAt(path: string, reading: StoredManifest, present: boolean): FoundBackup {
  const state = present ? 'present' : 'missing';
  return { ...reading, backup: { manifest: reading.manifest, path, state } };
}

async function kindOf(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw vaultError(error, 'Looking for the backup', path, 'read');
  }
}

/** While it is being deleted it is out of sight; cut off before the file went, it is back as it was. */
async function isDeleted(path: string, present: boolean): Promise<boolean> {
  return !present || (await markerState(path + DELETING)) === 'alive';
}
