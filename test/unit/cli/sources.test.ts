import assert from 'node:assert/strict';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { matchBackups } from '../../../src/cli/backups';
import type { Backup } from '../../../src/core/model';
import { asked, backup, cluster, ID, manifest, OTHER_ID, report, run } from './fakes';
import type { World } from './fakes';

const verified = {
  verify: () =>
    Promise.resolve({
      verification: { at: '2026-11-21T12:00:00.000Z', by: '0.1.0', result: 'ok' as const },
      report,
      encryption: { kind: 'none' as const, keyIds: [] },
      storedSha256: 'a'.repeat(64),
      storedBytes: 36_434,
    }),
  tidyVault: () => Promise.resolve({ adopted: [], removed: [] }),
};

describe('BACKUP on the command line', () => {
  const found = [backup(), backup({ id: OTHER_ID, file: 'other.snap' })].map((b) => ({
    vault: '/vault',
    backup: b,
  }));
  const ids = (text: string) => matchBackups(found, text).map((f) => f.backup.manifest.id);

  it('is an id, a file name, or 6 characters or more of the beginning or end of an id', () => {
    assert.deepEqual(ids(ID), [ID]);
    assert.deepEqual(ids(ID.toLowerCase()), [ID]);
    assert.deepEqual(ids('prod-20261120T120000Z-eaya38.snap'), [ID]);
    assert.deepEqual(ids('eaya38'), [ID]);
    assert.deepEqual(ids('01M7ZEBK3'), [ID]);
    assert.deepEqual(ids('aya38'), []);
    assert.deepEqual(ids('7ZEBK3TD'), []);
    assert.deepEqual(ids(''), []);
  });

  it('names every candidate where it means several', async () => {
    const outcome = await run(['show', '01M7ZEBK'], { backups: found.map((f) => f.backup) });
    assert.equal(outcome.code, 2);
    assert.match(outcome.err, /\[cli\.ambiguousBackup\]/);
    for (const id of [ID, OTHER_ID]) assert.ok(outcome.err.includes(id));
  });

  it('is looked for in what was dropped into the vault too, before it is called unknown', async () => {
    const outcome = await run(['show', 'nothing'], {});
    assert.equal(outcome.code, 2);
    assert.match(outcome.err, /\[core\.unknownBackup\]/);
  });
});

describe('FILE|BACKUP on the command line', () => {
  let folder: string;
  let kept: Backup;
  beforeEach(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'cluster-backup-cli-')));
    const m = manifest();
    kept = { manifest: m, path: join(folder, 'vault', 'prod', m.file), state: 'present' };
    await mkdir(join(folder, 'vault', 'prod'), { recursive: true });
    await writeFile(kept.path, 'bytes');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const sourceOf = async (text: string, world: World = {}) => {
    const outcome = await run(['verify', text], {
      config: { clusters: [cluster({ vault: join(folder, 'vault') })] },
      backups: [kept],
      operations: verified,
      cwd: folder,
      ...world,
    });
    const question = asked(outcome, 'verify') as { source: unknown } | undefined;
    return { source: question?.source, err: outcome.err };
  };
  const means = async (text: string, expected: unknown, world: World = {}) =>
    assert.deepEqual((await sourceOf(text, world)).source, expected);
  const isRefused = async (text: string, code: string, world: World = {}) => {
    const { source, err } = await sourceOf(text, world);
    assert.equal(source, undefined);
    assert.ok(err.includes(`[${code}]`), err);
  };
  const asBackup = () => ({ kind: 'backup', vault: join(folder, 'vault'), id: ID });

  it('is a file where it is a path, a backup where no such file is here', async () => {
    await writeFile(join(folder, 'x.snap'), 'x');
    const file = { kind: 'file', path: join(folder, 'x.snap') };
    await means('./x.snap', file);
    await means(join(folder, 'x.snap'), file);
    await means('x.snap', file);
    await means('eaya38', asBackup());
    await means(kept.manifest.file, asBackup());
  });

  it('is the backup where the path leads to one, also by a link', async () => {
    await means(kept.path, asBackup());
    await symlink(kept.path, join(folder, kept.manifest.file));
    await means(`./${kept.manifest.file}`, asBackup());
    await means(kept.manifest.file, asBackup());
  });

  it('is refused where a file here bears the name of a backup', async () => {
    for (const name of [kept.manifest.file, 'eaya38', ID]) {
      await writeFile(join(folder, name), 'planted');
      await isRefused(name, 'cli.ambiguousSource');
      await means(`./${name}`, { kind: 'file', path: join(folder, name) });
    }
  });

  it('may be a file without any configuration', async () => {
    await writeFile(join(folder, 'x.snap'), 'x');
    const file = { kind: 'file', path: join(folder, 'x.snap') };
    await means('x.snap', file, { noConfig: true });
    await means('./x.snap', file, { noConfig: true });
    await isRefused('y.snap', 'cli.noConfiguration', { noConfig: true });
  });

  it('is neither for a folder and for what is not there', async () => {
    await isRefused('./vault', 'config.unreadable');
    await isRefused('nothing.snap', 'config.unreadable');
  });
});
