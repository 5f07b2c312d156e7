import assert from 'node:assert/strict';
import { rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FolderVault } from '../../../src/vaults/folder/folderVault';
import { temporaryVault, withCode, writeBackup } from './fixtures';

describe('folder vault: a backup that was read before, asked for again', () => {
  let vault: FolderVault;
  let folder: string;
  let remove: () => Promise<void>;
  beforeEach(async () => ({ vault, folder, remove } = await temporaryVault()));
  afterEach(() => remove());

  it('is what a list says of it, whatever happened in the meantime', async () => {
    const { path, manifest } = await writeBackup(vault);
    const { id } = manifest;
    await writeBackup(vault, Buffer.from('another'), { label: 'other' });
    const seen = async () => {
      const listed = (await vault.list()).find((backup) => backup.manifest.id === id);
      assert.deepEqual(await vault.get(id), listed);
      return listed;
    };
    assert.equal((await seen())?.state, 'present');
    await vault.update(id, (before) => ({ ...before, pin: true }));
    assert.equal((await vault.get(id))?.manifest.pin, true);
    await rename(path, `${path}.away`);
    assert.equal((await vault.get(id))?.state, 'missing');
    // A deletion that was cut off after the file went.
    await writeFile(`${path}.deleting`, '');
    await utimes(`${path}.deleting`, new Date(0), new Date(0));
    assert.equal(await vault.get(id), undefined);
    await rename(`${path}.away`, path);
    assert.equal((await vault.get(id))?.state, 'present');
    await rm(`${path}.deleting`);
    await vault.remove(id);
    assert.equal(await vault.get(id), undefined);
    await assert.rejects(vault.remove(id), withCode('core.unknownBackup'));
  });

  it('is found where it has gone to, and not through a link', async () => {
    const { path, manifest } = await writeBackup(vault);
    await vault.list();
    await rename(join(folder, 'prod'), join(folder, '..', 'elsewhere'));
    await symlink(join(folder, '..', 'elsewhere'), join(folder, 'prod'));
    assert.equal(await vault.get(manifest.id), undefined);
    await rm(join(folder, 'prod'));
    await rename(join(folder, '..', 'elsewhere'), join(folder, 'prod'));
    assert.equal((await vault.get(manifest.id))?.path, path);
  });

  it('is not removed where somebody has a reason against it, asked with what it is by then', async () => {
    const { manifest } = await writeBackup(vault);
    await vault.list();
    await vault.update(manifest.id, (before) => ({ ...before, pin: true }));
    await vault.remove(manifest.id, undefined, ({ pin }) => pin !== true);
    assert.equal((await vault.get(manifest.id))?.state, 'present');
    await vault.remove(manifest.id, undefined, ({ pin }) => pin === true);
    assert.equal(await vault.get(manifest.id), undefined);
  });
});
