import { basename, dirname, resolve } from 'node:path';
import type { Manifest } from '../../core/model';
import { ManifestReader } from './manifestFile';
import { MANIFEST } from './names';

/**
 * The manifest of a file that lies in a folder as a vault has it, `<vault>/<cluster>/<file>`; undefined where none
 * lies beside it, or none that is sound and its own.
 */
export async function manifestBeside(path: string): Promise<Manifest | undefined> {
  const folder = dirname(resolve(path));
  const reader = new ManifestReader();
  const name = basename(path) + MANIFEST;
  const reading = await reader.read(dirname(folder), basename(folder), name);
  return reading !== undefined && 'manifest' in reading ? reading.manifest : undefined;
}
