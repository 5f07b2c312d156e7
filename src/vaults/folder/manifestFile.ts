import type { Stats } from 'node:fs';
import { lstat, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { toErrorInfo, type ErrorInfo } from '../../core/errors';
import { manifestSchema } from '../../core/manifest';
import type { Manifest } from '../../core/model';
import { errnoOf, vaultError, vaultErrors } from '../errors';
import { openNoFollow, renameSynced, syncFolder, writeNewFile, type StepHook } from './files';
import { isPlainName, MANIFEST, TEMP } from './names';
import { newOwner } from './process';

type Json = Record<string, unknown>;

/** A manifest as read, with what this version does not know of it. */
export interface StoredManifest {
  manifest: Manifest;
  raw: Json;
  /** `manifest.created` as a number, to sort by. */
  time: number;
}

/** A manifest that cannot be used, and why. */
export interface VaultProblem {
  /** Absolute. */
  path: string;
  error: ErrorInfo;
}

export type ManifestReading = StoredManifest | VaultProblem;

interface CachedReading {
  stamp: string;
  reading: ManifestReading;
}

/** A manifest is a page of text; what is larger is none. */
const MAX_BYTES = 1 << 20;

/** Reads manifests, each once as long as it does not change. One for all vaults of the process. */
export class ManifestReader {
  private readonly cache = new Map<string, Map<string, CachedReading>>();

  /** Gives undefined when there is no such file (any more). */
  async read(root: string, cluster: string, name: string): Promise<ManifestReading | undefined> {
    const folder = join(root, cluster);
    const path = join(folder, name);
    const known = this.cache.get(folder) ?? new Map<string, CachedReading>();
    this.cache.set(folder, known);
    try {
      const stat = await lstat(path);
      const stamp = [stat.mtimeMs, stat.ctimeMs, stat.size, stat.ino].join(' ');
      const cached = known.get(name);
      if (cached?.stamp === stamp) return cached.reading;
      if (!stat.isFile() || stat.size > MAX_BYTES) throw noManifest(path, stat);
      const text = await readSmallFile(path);
      const reading = parseManifest(path, text, cluster, name.slice(0, -MANIFEST.length));
      known.set(name, { stamp, reading });
      return reading;
    } catch (error) {
      known.delete(name);
      if (errnoOf(error) === 'ENOENT') return undefined;
      return problem(path, vaultError(error, 'Reading the manifest', path, 'read'));
    }
  }

  /** Where the manifest of a backup lay when it was last read, by the names of cluster and file. */
  placeOf(root: string, id: string): { cluster: string; name: string } | undefined {
    for (const [folder, known] of this.cache) {
      if (dirname(folder) !== root) continue;
      for (const [name, { reading }] of known) {
        if ('manifest' in reading && reading.manifest.id === id) {
          return { cluster: basename(folder), name };
        }
      }
    }
    return undefined;
  }

  /** Forgets what is no longer in a cluster's folder. */
  keepOnly(root: string, cluster: string, names: readonly string[]): void {
    const known = this.cache.get(join(root, cluster));
    if (known === undefined || known.size <= names.length) return;
    const present = new Set(names);
    for (const name of known.keys()) if (!present.has(name)) known.delete(name);
  }
}

function noManifest(path: string, stat: Stats) {
  if (stat.isSymbolicLink()) {
    const message = `The manifest ${path} is a link, which a vault does not follow.`;
    return vaultErrors.outside({ message });
  }
  const why = stat.isFile() ? `is ${stat.size} bytes long` : 'is no file';
  return vaultErrors.damagedManifest({ message: `The manifest ${path} ${why}.` });
}

async function readSmallFile(path: string): Promise<string> {
  const handle = await openNoFollow(path);
  try {
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

/** What the text says; a problem unless it is a manifest for exactly this file of this cluster. */
export function parseManifest(
  path: string,
  text: string,
  cluster: string,
  file: string,
): ManifestReading {
  const damaged = (why: string, cause?: unknown) =>
    problem(path, vaultErrors.damagedManifest({ message: `The manifest ${path} ${why}.`, cause }));
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (cause) {
    return damaged('is not JSON', cause);
  }
  if (!isObject(raw)) return damaged('is not a JSON object');
  if (typeof raw['version'] === 'number' && raw['version'] > 1) {
    const message = `The manifest ${path} has version ${raw['version']}, this program reads 1.`;
    return problem(path, vaultErrors.newerManifest({ message }));
  }
  const parsed = manifestSchema.safeParse(raw);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return damaged(`is not valid: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
  }
  const manifest = parsed.data;
  if (manifest.file !== file || !isPlainName(manifest.file)) {
    return damaged(`names another file than "${file}", beside which it lies`);
  }
  if (manifest.cluster !== cluster) {
    return damaged(`belongs to the cluster "${manifest.cluster}" but lies in "${cluster}"`);
  }
  return { manifest, raw, time: Date.parse(manifest.created) };
}

function problem(path: string, error: unknown): VaultProblem {
  return { path, error: toErrorInfo(error) };
}

/** A manifest brought to the disk under another name: one rename, and it counts. */
export interface PreparedManifest {
  put(): Promise<void>;
  drop(): Promise<void>;
}

/**
 * Writes the manifest beside its place, so that nothing but a rename is left to do.
 *
 * @param file path of the backup's file
 * @param raw the whole JSON object
 */
export async function prepareManifest(
  file: string,
  raw: Json,
  step: StepHook,
): Promise<PreparedManifest> {
  const temp = `${file}${MANIFEST}.${newOwner().token}${TEMP}`;
  await step('manifest:temp');
  await writeNewFile(temp, `${JSON.stringify(raw, undefined, 2)}\n`);
  return {
    put: async () => {
      await step('manifest:rename');
      await rename(temp, file + MANIFEST);
      await step('manifest:sync');
      await syncFolder(dirname(file));
    },
    drop: () => rm(temp, { force: true }),
  };
}

/** Replaces the manifest in one step: a crash leaves the old one or the new one. */
export async function replaceManifest(file: string, raw: Json, step: StepHook): Promise<void> {
  const prepared = await prepareManifest(file, raw, step);
  try {
    await prepared.put();
  } catch (error) {
    await prepared.drop().catch(() => undefined);
    throw error;
  }
}

/** Completes a change that a crash cut off right before its last rename. */
export function finishManifest(temp: string, file: string): Promise<void> {
  return renameSynced(temp, file + MANIFEST);
}

/**
 * The new manifest with all members of the old file that this version does not know.
 *
 * @param raw the old file
 * @param before what this version read from it
 * @param after what is to be written
 */
export function keepUnknown(raw: Json, before: Json, after: Json): Json {
  const merged: Json = {};
  for (const key of new Set([...Object.keys(raw), ...Object.keys(after)])) {
    const [old, known, next] = [raw[key], before[key], after[key]];
    if (isObject(old) && isObject(known) && isObject(next)) {
      merged[key] = keepUnknown(old, known, next);
    } else if (next !== undefined) merged[key] = next;
    else if (!(key in before)) merged[key] = old;
  }
  return merged;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
