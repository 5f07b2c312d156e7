import { lstat, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { ServedMoment } from '../../core/schedule/served';
import { vaultError } from '../errors';
import { openNoFollow, renameSynced, writeNewFile } from './files';
import { SERVED, TEMP } from './names';
import { newOwner } from './process';
import { makeClusterFolder } from './writer';

const noted = z.object({ moment: z.iso.datetime(), at: z.iso.datetime() });
/** A line of text; what is larger is none. */
const MAX_BYTES = 1024;

/**
 * What was noted last in a cluster's folder. Undefined also for what can't be read: who knows nothing makes a backup too
 * many rather than one too few.
 */
export async function readServed(folder: string): Promise<ServedMoment | undefined> {
  const path = join(folder, SERVED);
  try {
    const { moment, at } = noted.parse(JSON.parse(await readLine(path)));
    return { moment: Date.parse(moment), at: Date.parse(at) };
  } catch {
    return undefined;
  }
}

async function readLine(path: string): Promise<string> {
  const stat = await lstat(path);
  if (!stat.isFile() || stat.size > MAX_BYTES) return '';
  const file = await openNoFollow(path);
  try {
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

/**
 * Notes it in place of the last one, in one step.
 *
 * @throws `vault.…` as other changes of the vault
 */
export async function noteServed(folder: string, { moment, at }: ServedMoment): Promise<void> {
  const path = join(folder, SERVED);
  const temp = `${path}.${newOwner().token}${TEMP}`;
  const text = JSON.stringify({
    moment: new Date(moment).toISOString(),
    at: new Date(at).toISOString(),
  });
  try {
    await makeClusterFolder(folder);
    await writeNewFile(temp, `${text}\n`);
    await renameSynced(temp, path);
  } catch (error) {
    await rm(temp, { force: true }).catch(() => undefined);
    throw vaultError(error, 'Noting the planned moment', path, 'write');
  }
}
