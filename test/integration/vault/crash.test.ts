import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Backup } from '../../../src/core/model';
import { openFolderVault } from '../../../src/vaults/folder/folderVault';
import { runChild } from '../../support/crash/child';
import {
  clock,
  manifestFor,
  readAll,
  sha256,
  temporaryVault,
  writeBackup,
} from '../../unit/vaults/fixtures';

/** A vault as the next start of the program finds and tidies it. */
async function restart(folder: string) {
  const vault = openFolderVault({ folder, clock, settleMs: 0 });
  await vault.recover();
  for (const { path } of await vault.strays()) {
    const content = await readAll(await vault.read(backupAt(path)));
    await vault.adopt(path, { ...manifestFor(content), bytes: content.length });
  }
  return vault;
}

function backupAt(path: string): Backup {
  const manifest = {
    ...manifestFor(Buffer.alloc(0), basename(dirname(path))),
    file: basename(path),
  };
  return { manifest, path, state: 'present' };
}

/** Whole backups and nothing else: each file with its manifest, and the manifest's checksum. */
async function checkWhole(folder: string): Promise<Backup[]> {
  const vault = await restart(folder);
  const backups = await vault.list();
  assert.deepEqual(vault.problems(), []);
  for (const backup of backups) {
    assert.equal(backup.state, 'present');
    const content = await readAll(await vault.read(backup));
    assert.equal(content.length, backup.manifest.bytes);
    assert.equal(sha256(content), backup.manifest.sha256.stored);
  }
  const expected = backups
    .flatMap(({ path }) => [path, `${path}.manifest.json`])
    .map((p) => basename(p));
  const locks = ['.lock', '.lock.json'];
  const found = (await readdir(join(folder, 'prod'))).filter((name) => !locks.includes(name));
  assert.deepEqual(found.sort(), expected.sort(), 'nothing is left over');
  assert.deepEqual(await vault.recover(), [], 'all was done in one go');
  return backups;
}

describe('a process killed in the middle of a change to the vault', function () {
  this.timeout(300_000);

  interface Case {
    action: string;
    prepare: (folder: string) => Promise<string>;
    /** The old state or the new one; true for the new. */
    check: (backups: Backup[], argument: string) => boolean;
  }

  const existing = async (folder: string) =>
    (await writeBackup(openFolderVault({ folder, clock }), Buffer.from('old'), { label: 'old' }))
      .manifest.id;

  const cases: Case[] = [
    {
      action: 'backup',
      prepare: existing,
      check: (backups, id) => {
        assert.ok(backups.some(({ manifest }) => manifest.id === id));
        const other = backups.find(({ manifest }) => manifest.id !== id);
        assert.ok(backups.length <= 2);
        if (other === undefined) return false;
        assert.equal(other.manifest.bytes, 4_500_000);
        assert.equal(other.manifest.label, 'crashed', 'its own manifest, not an adopted one');
        return true;
      },
    },
    {
      action: 'update',
      prepare: existing,
      check: ([backup], id) => {
        assert.equal(backup?.manifest.id, id);
        assert.ok(['old', 'changed'].includes(backup.manifest.label ?? ''));
        return backup.manifest.label === 'changed';
      },
    },
    ...['delete', 'trash'].map((action) => ({
      action,
      prepare: existing,
      check: ([backup]: Backup[], id: string) => {
        if (backup !== undefined) assert.equal(backup.manifest.id, id);
        return backup === undefined;
      },
    })),
    {
      action: 'adopt',
      prepare: async (folder) => {
        await mkdir(join(folder, 'prod'), { recursive: true });
        await writeFile(join(folder, 'prod', 'dropped.snap'), Buffer.alloc(7));
        return '';
      },
      check: (backups) => {
        assert.deepEqual(
          backups.map(({ manifest }) => manifest.file),
          ['dropped.snap'],
        );
        return true;
      },
    },
    {
      action: 'adopt',
      prepare: async (folder) => {
        await mkdir(join(folder, 'prod'), { recursive: true });
        await writeFile(join(folder, 'dropped.snap'), Buffer.alloc(7));
        return 'root';
      },
      check: (backups) => {
        assert.ok(backups.length <= 1);
        return backups.length === 1;
      },
    },
  ];

  for (const { action, prepare, check } of cases) {
    it(`leaves the old state or the new one: ${action}${action === 'adopt' ? ` (${cases.findIndex((c) => c.prepare === prepare)})` : ''}`, async () => {
      const whole = await runOnce(0);
      assert.equal(whole.result.code, 0, whole.result.errors);
      assert.equal(whole.isNew, true);
      const steps = whole.result.lines.length;
      assert.ok(steps >= 3, `only the steps ${whole.result.lines.join(', ')}`);
      const states = new Set<boolean>();
      for (let dieAt = 1; dieAt <= steps; dieAt++) {
        const { result, isNew } = await runOnce(dieAt);
        assert.equal(result.signal, 'SIGKILL', `at ${dieAt}: ${result.errors}`);
        states.add(isNew);
      }
      assert.ok(states.has(true), 'from some step on it counts');
    });

    async function runOnce(dieAt: number) {
      const { folder, remove } = await temporaryVault();
      try {
        const argument = await prepare(folder);
        const result = await runChild(folder, action, dieAt, argument);
        // A file in the root has no cluster yet; the next start would ask or guess.
        const inRoot = join(folder, 'dropped.snap');
        if (existsSync(inRoot)) await rename(inRoot, join(folder, 'prod', 'dropped.snap'));
        return { result, isNew: check(await checkWhole(folder), argument) };
      } catch (error) {
        throw new Error(`killed at step ${dieAt} of ${action}`, { cause: error });
      } finally {
        await remove();
      }
    }
  }

  it('leaves alone what a living process is at', async () => {
    const { vault, folder, remove } = await temporaryVault();
    try {
      const lock = await vault.lock('prod', 'backup');
      const manifest = manifestFor(Buffer.alloc(0));
      const writer = await vault.create({ ...manifest, created: new Date(), ending: '.snap' });
      await writer.write(Buffer.alloc(3 << 20));
      const recovered = await runRecover(folder);
      assert.deepEqual(recovered, []);
      await writer.commit({ ...manifest });
      await lock.release();
      assert.equal((await checkWhole(folder)).length, 1);
    } finally {
      await remove();
    }
  });
});

/** Recovers from another process. */
async function runRecover(folder: string): Promise<string[]> {
  const result = await runChild(folder, 'recover', 0);
  assert.equal(result.code, 0, result.errors);
  return result.lines;
}
