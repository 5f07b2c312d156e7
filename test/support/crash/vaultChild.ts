import { writeFileSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { prune } from '../../../src/core/operations/prune';
import { openFolderVault } from '../../../src/vaults/folder/folderVault';
import { manifestFor, someManifest } from '../../unit/vaults/fixtures';

/**
 * Does one thing to a vault, and is killed before a step of it.
 * Arguments: folder, action, number of the step to die at (0: none), argument of the action.
 * Steps are written to the standard output, one a line.
 */
const [folder = '', action = '', dieAt = '0', argument = ''] = process.argv.slice(2);
let steps = 0;

const vault = openFolderVault({
  folder,
  clock: { now: () => new Date() },
  settleMs: 0,
  onStep: async (name) => {
    writeFileSync(1, `${name}\n`);
    if (++steps !== Number(dieAt)) return;
    process.kill(process.pid, 'SIGKILL');
    await new Promise(() => undefined);
  },
});

const actions: Record<string, () => Promise<unknown>> = {
  backup: async () => {
    const lock = await vault.lock('prod', 'backup');
    const manifest = { ...someManifest(), label: 'crashed' };
    const writer = await vault.create({ ...manifest, created: new Date(), ending: '.snap' });
    for (let i = 0; i < 3; i++) await writer.write(Buffer.alloc(1_500_000, i + 1));
    await writer.commit({ ...manifest, sha256: {} });
    await lock.release();
  },
  update: () => vault.update(argument, (manifest) => ({ ...manifest, label: 'changed' })),
  delete: () => vault.remove(argument),
  trash: () =>
    vault.remove(argument, (path) => rename(path, join(dirname(folder), basename(path)))),
  adopt: async () => {
    for (const { path } of await vault.strays())
      await vault.adopt(path, manifestFor(Buffer.alloc(7)));
  },
  /** By hand none but the newest stay. */
  prune: () =>
    prune(
      { vault, cluster: 'prod', policy: { manualCount: Number(argument) } },
      {
        signal: new AbortController().signal,
        progress: () => undefined,
        log: { debug() {}, info() {}, warn() {}, error() {} },
        clock: { now: () => new Date() },
      },
    ),
  recover: async () => {
    for (const line of await vault.recover()) writeFileSync(1, `${line}\n`);
  },
  lock: async () => {
    await vault.lock('prod', 'backup');
    writeFileSync(1, 'locked\n');
    await new Promise((resolve) => setTimeout(resolve, Number(argument)));
  },
  append: async () => {
    const [id = '', name = '', count = '0'] = argument.split(' ');
    for (let i = 0; i < Number(count); i++) {
      await vault.update(id, (m) => ({ ...m, notes: [...(m.notes ?? []), `${name} ${i}`] }));
    }
  },
  /** Takes the lock again and again; says so on the output while it holds it. */
  contend: async () => {
    for (let won = 0; won < Number(argument);) {
      const lock = await vault.lock('prod', 'backup').catch(() => undefined);
      if (lock === undefined) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        continue;
      }
      // Fails when another holds it at the same time.
      writeFileSync(join(folder, 'prod', 'held'), String(process.pid), { flag: 'wx' });
      await new Promise((resolve) => setTimeout(resolve, 10));
      await rm(join(folder, 'prod', 'held'));
      await lock.release();
      won++;
    }
  },
};

actions[action]?.().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
