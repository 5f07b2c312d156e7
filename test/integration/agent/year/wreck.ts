import { spawnSync } from 'node:child_process';
import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ownerSchema } from '../../../../src/vaults/folder/process';
import { writingHere } from '../../../../src/vaults/folder/writer';

/** `killed`: its number belongs to nobody any more. `power`: the whole machine went, and has been started anew since. */
export type Death = 'killed' | 'power';

const AN_HOUR_AGO = 3_600_000;
let ended: number | undefined;

/** The number of a process that there was and is not any more. */
function endedProcess(): number {
  ended ??= spawnSync(process.execPath, ['--version']).pid;
  return ended;
}

/**
 * Makes what lies in a cluster's folder look as it does once the process that worked there has died: this one lives on,
 * so the names in its locks and markers become those of a dead one, and after a power cut their times lie back.
 */
export async function leaveAsDead(folder: string, death: Death): Promise<void> {
  // What a process only remembers goes with it.
  writingHere.clear();
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const path = join(folder, name);
    if (!/\.(lock|json|updating|deleting|partial|tmp|dead)$/.test(name)) continue;
    if (/\.(updating|deleting)$|lock\.json$/.test(name)) await rename(path, death);
    if (death === 'killed' || name.endsWith('.manifest.json')) continue;
    const then = new Date(Date.now() - AN_HOUR_AGO);
    await utimes(path, then, then);
  }
}

async function rename(path: string, death: Death): Promise<void> {
  const holder: unknown = JSON.parse(await readFile(path, 'utf8'));
  const owner = ownerSchema.loose().parse(holder);
  const dead =
    death === 'killed' ? { ...owner, pid: endedProcess() } : { ...owner, space: 'the boot before' };
  await writeFile(path, JSON.stringify(dead));
}
