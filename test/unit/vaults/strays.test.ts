import assert from 'node:assert/strict';
import { appendFile, mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openFolderVault, type FolderVault } from '../../../src/vaults/folder/folderVault';
import { clock, manifestFor, temporaryVault, withCode, writeBackup } from './fixtures';

describe('folder vault: files dropped in by hand', () => {
  let vault: FolderVault;
  let folder: string;
  let remove: () => Promise<void>;
  const content = Buffer.from('a snapshot');
  beforeEach(async () => {
    ({ vault, folder, remove } = await temporaryVault());
    await mkdir(join(folder, 'prod'), { recursive: true });
  });
  afterEach(() => remove());

  it('finds those with a known ending, in the root and in the folders of clusters', async () => {
    for (const name of ['a.snap', 'b.snap.gpg', 'c.txt', '.d.snap', 'e.snap.partial']) {
      await writeFile(join(folder, 'prod', name), content);
    }
    await writeFile(join(folder, 'root.snap'), content);
    await mkdir(join(folder, 'prod', 'folder.snap'));
    await writeBackup(vault);
    const found = (await vault.strays()).sort((a, b) => (a.path < b.path ? -1 : 1));
    assert.deepEqual(found, [
      { path: join(folder, 'prod', 'a.snap'), cluster: 'prod' },
      { path: join(folder, 'prod', 'b.snap.gpg'), cluster: 'prod' },
      { path: join(folder, 'root.snap'), cluster: undefined },
    ]);
  });

  it('waits until the file is left alone, even when its time was set back', async () => {
    // Long enough for a look just after a change, also on a machine that is busy.
    const patient = openFolderVault({ folder, clock, settleMs: 1500 });
    const path = join(folder, 'prod', 'a.snap');
    await writeFile(path, content);
    await utimes(path, new Date(0), new Date(0));
    assert.deepEqual(await patient.strays(), []);
    await delay(1600);
    assert.equal((await patient.strays()).length, 1);
    await appendFile(path, 'more');
    assert.deepEqual(await patient.strays(), []);
    await delay(1600);
    assert.equal((await patient.strays()).length, 1);
  });

  it('leaves to the holder of the lock what came since', async () => {
    await writeFile(join(folder, 'prod', 'before.snap'), content);
    await delay(20);
    const lock = await vault.lock('prod', 'backup');
    await delay(20);
    await writeFile(join(folder, 'prod', 'since.snap'), content);
    const names = async () => (await vault.strays()).map(({ path }) => path.split('/').pop());
    assert.deepEqual(await names(), ['before.snap']);
    await lock.release();
    assert.deepEqual((await names()).sort(), ['before.snap', 'since.snap']);
  });

  it('adopts where it lies, and closes it to others', async () => {
    const path = join(folder, 'prod', 'by hand.snap');
    await writeFile(path, content, { mode: 0o644 });
    const backup = await vault.adopt(path, manifestFor(content));
    assert.equal(backup.path, path);
    assert.equal(backup.manifest.file, 'by hand.snap');
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.deepEqual(await vault.list(), [backup]);
    assert.deepEqual(await vault.strays(), []);
    await assert.rejects(vault.adopt(path, manifestFor(content)), withCode('vault.exists'));
  });

  it('moves what lies in the root into the folder of its cluster', async () => {
    await writeFile(join(folder, 'root.snap'), content);
    const backup = await vault.adopt(join(folder, 'root.snap'), manifestFor(content, 'new'));
    assert.equal(backup.path, join(folder, 'new', 'root.snap'));
    assert.deepEqual(await readFile(backup.path), content);
    assert.deepEqual((await readdir(folder)).sort(), ['new', 'prod']);
    assert.deepEqual(await vault.list('new'), [backup]);
  });

  it('overwrites nothing when it moves', async () => {
    await writeFile(join(folder, 'same.snap'), 'root');
    await writeFile(join(folder, 'prod', 'same.snap'), 'prod');
    const path = join(folder, 'same.snap');
    await assert.rejects(vault.adopt(path, manifestFor(content)), withCode('vault.exists'));
    assert.equal(await readFile(join(folder, 'prod', 'same.snap'), 'utf8'), 'prod');
    assert.equal(await readFile(path, 'utf8'), 'root');
  });

  it('adopts nothing from outside', async () => {
    const path = join(folder, '..', 'outside.snap');
    await writeFile(path, content);
    await assert.rejects(vault.adopt(path, manifestFor(content)), withCode('vault.outside'));
    assert.equal((await stat(path)).isFile(), true);
  });
});
