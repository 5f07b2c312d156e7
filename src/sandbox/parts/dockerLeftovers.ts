import { readFile, readdir, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { exists, removeFolder } from './folders';

const prefix = 'cluster-backup-engine-';
const cgroups = '/sys/fs/cgroup';

/** Says in an engine's folder which process it belongs to. */
export async function markOwner(folder: string): Promise<void> {
  await writeFile(join(folder, 'owner'), String(process.pid));
}

/** The control group under which an engine makes those of its containers. */
export function cgroupOf(folder: string): string {
  return basename(folder);
}

/** Removes the folders and control groups of engines whose process was killed outright. Their processes, mounts and networks ended with it. */
export async function sweepLeftovers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(prefix)) continue;
    const folder = join(tmpdir(), name);
    const owner = Number(await readFile(join(folder, 'owner'), 'utf8').catch(() => ''));
    // Without an owner it is being made, or being removed, right now.
    if (owner > 0 && !(await exists(`/proc/${owner}`))) await removeFolder(folder);
  }
  for (const group of await groups()) {
    if (!(await exists(join(tmpdir(), basename(group))))) await removeGroup(group);
  }
}

/** Removes an engine's control groups, once nothing runs in them any more. */
export async function removeCgroups(folder: string): Promise<void> {
  for (const group of await groups()) {
    if (basename(group) === cgroupOf(folder)) await removeGroup(group);
  }
}

// Version 1 has one tree for each controller, version 2 a single one.
async function groups(): Promise<string[]> {
  const tops = await readdir(cgroups).catch(() => []);
  const found: string[] = [];
  for (const top of ['.', ...tops]) {
    const names = await readdir(join(cgroups, top)).catch(() => []);
    found.push(...names.filter((n) => n.startsWith(prefix)).map((n) => join(cgroups, top, n)));
  }
  return found;
}

// The files in a control group can't be removed; its folders can, from the inside out.
async function removeGroup(group: string): Promise<void> {
  const entries = await readdir(group, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) if (entry.isDirectory()) await removeGroup(join(group, entry.name));
  await rmdir(group).catch(() => undefined);
}
