import assert from 'node:assert/strict';
import { mkdir, readdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FolderVault } from '../../../src/vaults/folder/folderVault';
import { temporaryVault, withCode, writeBackup } from './fixtures';

const NOTE = '.schedule.json';
const served = (moment: string, at = moment) => ({
  moment: Date.parse(moment),
  at: Date.parse(at),
});

describe('folder vault: which planned moment had its backup', () => {
  let vault: FolderVault;
  let folder: string;
  let remove: () => Promise<void>;
  beforeEach(async () => {
    ({ vault, folder, remove } = await temporaryVault());
    await mkdir(join(folder, 'prod'), { recursive: true });
  });
  afterEach(() => remove());

  it('knows the last one of each cluster, and is no backup', async () => {
    assert.equal(await vault.lastServed('prod'), undefined);
    await vault.noteServed('prod', served('2026-11-22T11:00:00.000Z'));
    const last = served('2026-11-22T12:00:00.000Z', '2026-11-22T12:00:07.120Z');
    await vault.noteServed('prod', last);
    assert.deepEqual(await vault.lastServed('prod'), last);
    assert.equal(await vault.lastServed('other'), undefined);
    assert.deepEqual(await readdir(join(folder, 'prod')), [NOTE]);
    assert.deepEqual([await vault.list(), await vault.strays(), vault.problems()], [[], [], []]);
  });

  it('knows nothing where the note is broken, and notes the next one all the same', async () => {
    const path = join(folder, 'prod', NOTE);
    const next = served('2026-11-22T12:00:00.000Z');
    for (const text of ['', '{"moment":"2026-11-22T1', '{"moment":5,"at":6}', 'x'.repeat(5000)]) {
      await writeFile(path, text);
      assert.equal(await vault.lastServed('prod'), undefined);
      await vault.noteServed('prod', next);
      assert.deepEqual(await vault.lastServed('prod'), next);
    }
  });

  it('follows no link, and says where it could not note one', async () => {
    const path = join(folder, 'prod', NOTE);
    const elsewhere = join(folder, 'elsewhere.json');
    const at = '2026-11-22T12:00:00.000Z';
    await writeFile(elsewhere, JSON.stringify({ moment: at, at }));
    await symlink(elsewhere, path);
    assert.equal(await vault.lastServed('prod'), undefined);
    await mkdir(join(folder, 'odd', NOTE), { recursive: true });
    const noting = vault.noteServed('odd', served(at));
    await assert.rejects(noting, ({ message }: Error) => message.includes(NOTE));
    assert.deepEqual(await readdir(join(folder, 'odd')), [NOTE], 'nothing is left over');
    await assert.rejects(vault.noteServed('..', served(at)), withCode('vault.badRequest'));
  });

  it('is tidied up after one who died while noting it, but not under one who lives', async () => {
    await writeBackup(vault, Buffer.from('x'));
    const [dead, alive] = [`${NOTE}.aa.tmp`, `${NOTE}.bb.tmp`];
    for (const name of [dead, alive]) await writeFile(join(folder, 'prod', name), '{"mom');
    const long = new Date(Date.now() - 3_600_000);
    await utimes(join(folder, 'prod', dead), long, long);
    await vault.recover();
    const left = (await readdir(join(folder, 'prod'))).filter((name) => name.startsWith('.'));
    assert.deepEqual(left, [alive]);
  });
});
