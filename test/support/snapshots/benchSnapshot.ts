import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { writeBigSnapshot } from './bigSnapshot';

/** Keys of the snapshot that the promises speak of: about 112 MB as a file. */
export const KEYS = 200_000;
/** Makes a file of about 1 GB. */
export const KEYS_OF_LARGE = 2_000_000;

/**
 * A snapshot of that many keys of 1 KB, made once and kept in `folder`.
 *
 * @param keysOnly so that an old Consul takes it: it knows not all types of records
 */
export async function benchSnapshot(
  folder: string,
  keys: number,
  keysOnly = false,
): Promise<string> {
  const path = join(folder, `consul-${keys}${keysOnly ? '-keys' : ''}.snap`);
  if (!existsSync(path)) {
    await writeBigSnapshot(`${path}.part`, { keys, valueBytes: 1024, keysOnly });
    await rename(`${path}.part`, path);
  }
  return path;
}
