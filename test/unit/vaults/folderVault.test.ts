import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ulid } from 'ulid';
import { manifestSchema } from '../../../src/core/manifest';
import { openFolderVault, type FolderVault } from '../../../src/vaults/folder/folderVault';
import {
  clock,
  readAll,
  sha256,
  someManifest,
  temporaryVault,
  withCode,
  writeBackup,
} from './fixtures';

describe('folder vault', () => {
  let vault: FolderVault;
  let folder: string;
  let remove: () => Promise<void>;
  beforeEach(async () => ({ vault, folder, remove } = await temporaryVault()));
  afterEach(() => remove());

  it('keeps a backup as its file and a manifest beside it', async () => {
    const content = randomBytes(3_000_001);
    const backup = await writeBackup(vault, content, {
      created: new Date('2026-03-04T05:06:07.890Z'),
      label: 'before-upgrade',
    });
    const { manifest, path } = backup;
    const tail = manifest.id.slice(-6).toLowerCase();
    assert.equal(manifest.file, `prod-20260304T050607Z-before-upgrade-${tail}.snap`);
    assert.equal(path, join(folder, 'prod', manifest.file));
    assert.deepEqual(await readFile(path), content);
    assert.equal(manifest.bytes, content.length);
    assert.equal(manifest.sha256.stored, sha256(content));
    const written: unknown = JSON.parse(await readFile(`${path}.manifest.json`, 'utf8'));
    assert.deepEqual(manifestSchema.parse(written), manifest);
    assert.deepEqual(await vault.list(), [backup]);
    assert.deepEqual(await vault.get(manifest.id), backup);
    assert.deepEqual(await readAll(await vault.read(backup)), content);
    assert.deepEqual((await readdir(dirname(path))).length, 2);
  });

  it('takes chunks of any size, and gives each back', async () => {
    const chunks = [0, 1, 5, 1 << 20, (1 << 20) - 6, 3, 2_500_000].map((size) => randomBytes(size));
    const manifest = someManifest();
    const writer = await vault.create({ ...manifest, created: new Date(), ending: '.snap' });
    for (const chunk of chunks) {
      await writer.write(chunk);
      // The writer has taken it: the caller may use the memory again.
      const kept = Buffer.from(chunk);
      chunk.fill(0);
      chunks[chunks.indexOf(chunk)] = kept;
    }
    const backup = await writer.commit({ ...manifest, sha256: {} });
    assert.equal(backup.manifest.sha256.stored, sha256(Buffer.concat(chunks)));
    assert.deepEqual(await readAll(await vault.read(backup)), Buffer.concat(chunks));
  });

  it('shows nothing of a backup before it is committed, and nothing after it is aborted', async () => {
    const manifest = someManifest();
    const writer = await vault.create({ ...manifest, created: new Date(), ending: '.snap' });
    await writer.write(Buffer.alloc(2 << 20));
    assert.deepEqual(await vault.list(), []);
    assert.deepEqual(await vault.strays(), []);
    await writer.abort();
    await writer.abort();
    assert.deepEqual(await readdir(join(folder, 'prod')), []);
    await assert.rejects(writer.write(Buffer.from('x')), withCode('vault.writerGone'));
  });

  it('lists newest first, all clusters or one', async () => {
    const times = ['2026-01-02', '2026-01-01', '2026-01-03'];
    for (const time of times)
      await writeBackup(vault, Buffer.from(time), { created: new Date(time) });
    await writeBackup(vault, Buffer.from('x'), {
      cluster: 'test',
      created: new Date('2026-01-04'),
    });
    const created = (await vault.list()).map(({ manifest }) => manifest.created.slice(0, 10));
    assert.deepEqual(created, ['2026-01-04', '2026-01-03', '2026-01-02', '2026-01-01']);
    assert.equal((await vault.list('prod')).length, 3);
    assert.equal((await vault.list('nothing')).length, 0);
  });

  it('is empty where the folder is not there yet', async () => {
    assert.deepEqual(await vault.list(), []);
    assert.deepEqual(await vault.strays(), []);
    assert.equal(await vault.get(ulid()), undefined);
  });

  it('changes a manifest and keeps what it does not know', async () => {
    const { path, manifest } = await writeBackup(vault);
    const file = `${path}.manifest.json`;
    const raw = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    const extended = {
      ...raw,
      label: 'old',
      future: { a: 1 },
      system: { kind: 'consul', os: 'x' },
    };
    await writeFile(file, JSON.stringify(extended));
    const changed = await vault.update(manifest.id, ({ label: _, ...rest }) => ({
      ...rest,
      pin: true,
    }));
    assert.equal(changed.manifest.pin, true);
    const after = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    assert.deepEqual(after['future'], { a: 1 });
    assert.deepEqual(after['system'], { kind: 'consul', os: 'x' });
    assert.equal('label' in after, false);
    assert.deepEqual((await vault.get(manifest.id))?.manifest.pin, true);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
  });

  it('loses no change of many at once', async () => {
    const { manifest } = await writeBackup(vault);
    const other = openFolderVault({ folder, clock });
    const add = (note: string) => (m: typeof manifest) => ({
      ...m,
      notes: [...(m.notes ?? []), note],
    });
    const notes = Array.from({ length: 12 }, (_, i) => `note ${i}`);
    await Promise.all(
      notes.map((note, i) => (i % 2 ? vault : other).update(manifest.id, add(note))),
    );
    assert.deepEqual((await vault.get(manifest.id))?.manifest.notes?.sort(), notes.sort());
  });

  it('changes nothing of a backup that is being deleted', async () => {
    const { manifest } = await writeBackup(vault);
    await vault.remove(manifest.id, async (path) => {
      const change = vault.update(manifest.id, (m) => ({ ...m, pin: true }));
      await assert.rejects(change, withCode('core.unknownBackup'));
      await assert.rejects(vault.remove(manifest.id), withCode('core.unknownBackup'));
      await rm(path);
    });
    assert.deepEqual(await readdir(join(folder, 'prod')), []);
  });

  it('gives lists of which one may do as one likes', async () => {
    const { manifest } = await writeBackup(vault);
    for (const backup of await vault.list()) backup.manifest.label = 'changed';
    assert.deepEqual((await vault.list())[0]?.manifest, manifest);
  });

  it('refuses a change to what identifies the backup', async () => {
    const { manifest } = await writeBackup(vault);
    for (const change of [{ id: ulid() }, { file: 'other.snap' }, { bytes: -1 }]) {
      await assert.rejects(
        vault.update(manifest.id, (m) => ({ ...m, ...change })),
        withCode('vault.badRequest'),
      );
    }
    await assert.rejects(
      vault.update(ulid(), (m) => m),
      withCode('core.unknownBackup'),
    );
    assert.deepEqual((await vault.get(manifest.id))?.manifest, manifest);
  });

  it('deletes the file and the manifest, through a trash where one is given', async () => {
    const gone: string[] = [];
    const backup = await writeBackup(vault);
    await vault.remove(backup.manifest.id, async (path) => {
      assert.deepEqual(await vault.list(), [], 'it is out of sight at once');
      assert.deepEqual(await vault.strays(), []);
      gone.push(path);
      await rename(path, join(folder, '..', `trashed-${gone.length}`));
    });
    assert.deepEqual(gone, [backup.path, `${backup.path}.manifest.json`]);
    const second = await writeBackup(vault);
    await vault.remove(second.manifest.id);
    assert.deepEqual(await readdir(join(folder, 'prod')), []);
    await assert.rejects(vault.remove(second.manifest.id), withCode('core.unknownBackup'));
  });

  it('keeps the backup when the trash fails', async () => {
    const backup = await writeBackup(vault);
    const failing = () => Promise.reject(new Error('no trash here'));
    await assert.rejects(vault.remove(backup.manifest.id, failing), withCode('vault.notRemoved'));
    assert.deepEqual(await vault.list(), [backup]);
    assert.equal((await readdir(join(folder, 'prod'))).length, 2);
  });

  it('shows the old state or the new one of a deletion that was cut off', async () => {
    const [whole, fileGone] = [await writeBackup(vault), await writeBackup(vault)];
    for (const { path } of [whole, fileGone]) {
      await writeFile(`${path}.deleting`, '');
      await utimes(`${path}.deleting`, new Date(0), new Date(0));
    }
    await rename(fileGone.path, join(folder, 'trashed'));
    assert.deepEqual(await vault.list(), [whole]);
    assert.equal((await vault.recover()).length, 2);
    assert.deepEqual(await vault.list(), [whole]);
    assert.equal((await readdir(join(folder, 'prod'))).length, 2);
  });

  it('shows a backup whose file has gone as missing, and deletes it', async () => {
    const backup = await writeBackup(vault);
    await rename(backup.path, join(folder, 'elsewhere'));
    const [listed] = await vault.list();
    assert.equal(listed?.state, 'missing');
    await assert.rejects(vault.read(backup), withCode('vault.missingFile'));
    await vault.remove(backup.manifest.id);
    assert.deepEqual(await vault.list(), []);
  });

  it('reports manifests it cannot use and goes on', async () => {
    const good = await writeBackup(vault);
    const at = (name: string) => join(folder, 'prod', `${name}.manifest.json`);
    await writeFile(at('half.snap'), '{"version": 1, "id"');
    await writeFile(at('list.snap'), '[1]');
    await writeFile(at('future.snap'), JSON.stringify({ version: 2 }));
    await writeFile(at('moved.snap'), JSON.stringify(good.manifest));
    await mkdir(at('folder.snap'));
    await writeFile(at('huge.snap'), Buffer.alloc(2 << 20, 0x20));
    for (const name of ['half.snap', 'future.snap'])
      await writeFile(join(folder, 'prod', name), 'x');
    assert.deepEqual(await vault.list(), [good]);
    const codes = vault
      .problems()
      .map(({ path, error }) => [path.slice(at('').length - 14), error.code]);
    assert.deepEqual(Object.fromEntries(codes), {
      'half.snap.manifest.json': 'vault.damagedManifest',
      'list.snap.manifest.json': 'vault.damagedManifest',
      'future.snap.manifest.json': 'vault.newerManifest',
      'moved.snap.manifest.json': 'vault.damagedManifest',
      'folder.snap.manifest.json': 'vault.damagedManifest',
      'huge.snap.manifest.json': 'vault.damagedManifest',
    });
    assert.deepEqual(await vault.strays(), [], 'what has a manifest is not adopted over it');
    assert.deepEqual(await vault.list('other'), []);
    assert.equal(vault.problems().length, 6, 'listing one cluster forgets nothing of the others');
  });

  it('overwrites nothing', async () => {
    const manifest = someManifest();
    const name = { ...manifest, created: new Date(), ending: '.snap' };
    const writer = await vault.create(name);
    await assert.rejects(vault.create(name), withCode('vault.exists'));
    await writer.commit({ ...manifest, sha256: {} });
    await assert.rejects(vault.create(name), withCode('vault.exists'));
    assert.equal((await vault.list()).length, 1);
  });

  it('lets go of the file of a reader that is dropped', async () => {
    const backup = await writeBackup(vault, Buffer.alloc(5 << 20));
    const before = (await readdir('/proc/self/fd').catch(() => [])).length;
    for (let i = 0; i < 20; i++) (await vault.read(backup)).destroy();
    const started = await vault.read(backup);
    for await (const _ of started) break;
    const openNow = async () => (await readdir('/proc/self/fd').catch(() => [])).length;
    let after = await openNow();
    for (let tries = 0; after > before && tries < 100; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      after = await openNow();
    }
    assert.ok(after <= before, `${before} open files, then ${after}`);
  });

  it('notices at commit that its unfinished file has gone', async () => {
    const manifest = someManifest();
    const writer = await vault.create({ ...manifest, created: new Date(), ending: '.snap' });
    await rename(join(folder, 'prod', `${writer.file}.partial`), join(folder, 'away'));
    await assert.rejects(writer.commit({ ...manifest, sha256: {} }), withCode('vault.writerGone'));
    assert.deepEqual(await readdir(join(folder, 'prod')), []);
  });

  it('keeps nothing of a backup whose manifest cannot be written', async () => {
    const failing = openFolderVault({
      folder,
      clock,
      onStep: (name) => {
        if (name === 'manifest:sync')
          throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
      },
    });
    await assert.rejects(writeBackup(failing), withCode('vault.diskFull'));
    assert.deepEqual(await readdir(join(folder, 'prod')), []);
  });

  it('says what is in the way', async () => {
    await mkdir(folder);
    await writeFile(join(folder, 'prod'), 'a file where the folder should be');
    await assert.rejects(writeBackup(vault), withCode('vault.exists'));
    await assert.rejects(vault.lock('prod', 'backup'), withCode('vault.exists'));
  });
});
