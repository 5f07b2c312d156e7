import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, rename, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ulid } from 'ulid';
import type { FolderVault } from '../../../src/vaults/folder/folderVault';
import { temporaryVault, withCode, writeBackup } from './fixtures';

describe('folder vault: what is kept in and what is kept out', () => {
  let vault: FolderVault;
  let folder: string;
  let remove: () => Promise<void>;
  beforeEach(async () => ({ vault, folder, remove } = await temporaryVault()));
  afterEach(() => remove());

  it('lets only the owner read', async () => {
    const { path } = await writeBackup(vault);
    for (const file of [path, `${path}.manifest.json`]) {
      assert.equal((await stat(file)).mode & 0o777, 0o600);
    }
    for (const one of [folder, join(folder, 'prod')]) {
      assert.equal((await stat(one)).mode & 0o777, 0o700);
    }
  });

  it('does not follow links out of the vault', async () => {
    const outside = join(folder, '..', 'secret.snap');
    await writeFile(outside, 'secret');
    const backup = await writeBackup(vault);
    await rename(backup.path, `${backup.path}.away`);
    await symlink(outside, backup.path);
    assert.equal((await vault.list())[0]?.state, 'missing');
    await assert.rejects(vault.read(backup), withCode('vault.outside'));
    await symlink(outside, join(folder, 'prod', 'dropped.snap'));
    assert.deepEqual(await vault.strays(), []);
    await symlink(join(folder, 'prod'), join(folder, 'linked'));
    assert.equal((await vault.list()).length, 1);
    await assert.rejects(
      writeBackup(vault, Buffer.from('x'), { cluster: 'linked' }),
      withCode('vault.outside'),
    );
    const text = await readFile(`${backup.path}.manifest.json`);
    await rename(`${backup.path}.manifest.json`, join(folder, '..', 'm.json'));
    await symlink(join(folder, '..', 'm.json'), `${backup.path}.manifest.json`);
    assert.ok(text.length > 0);
    assert.deepEqual(await vault.list(), []);
    assert.deepEqual(
      vault.problems().map(({ error }) => error.code),
      ['vault.outside'],
    );
  });

  it('never reads outside, whatever a manifest says', async () => {
    const backup = await writeBackup(vault);
    for (const file of ['..', '.', '../x', '/etc/passwd', '..\\x', 'C:x', '.hidden', '']) {
      const bad = { ...backup, manifest: { ...backup.manifest, file } };
      await assert.rejects(vault.read(bad), withCode('vault.outside'));
    }
    const bad = { ...backup, manifest: { ...backup.manifest, cluster: '..' } };
    await assert.rejects(vault.read(bad), withCode('vault.outside'));
  });

  it('refuses names that are no names', async () => {
    const name = { id: ulid(), cluster: 'prod', created: new Date(), ending: '.snap' };
    const bad = [
      { cluster: '../x' },
      { cluster: '' },
      { id: 'x' },
      { ending: '/../x' },
      { ending: 'snap' },
      { label: 'a/b' },
      { label: '..abc' },
    ];
    for (const part of bad) {
      await assert.rejects(vault.create({ ...name, ...part }), withCode('vault.badRequest'));
    }
    assert.equal(existsSync(folder), false);
  });
});
