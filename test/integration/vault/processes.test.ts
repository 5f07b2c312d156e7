import assert from 'node:assert/strict';
import { once } from 'node:events';
import { lstat, mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { openFolderVault } from '../../../src/vaults/folder/folderVault';
import { waitFor } from '../../../src/sandbox/parts/wait';
import { runChild, startChild } from '../../support/crash/child';
import { clock, temporaryVault, withCode, writeBackup } from '../../unit/vaults/fixtures';

describe('several processes on one vault', function () {
  this.timeout(180_000);
  let vault: Awaited<ReturnType<typeof temporaryVault>>['vault'];
  let folder: string;
  let remove: () => Promise<void>;
  beforeEach(async () => ({ vault, folder, remove } = await temporaryVault()));
  afterEach(() => remove());

  async function lockedChild() {
    const child = startChild(folder, 'lock', 0, 60_000);
    assert.ok(child.stdout);
    await once(child.stdout, 'data');
    return child;
  }

  it('one at a time, and the other is told who and since when', async () => {
    const child = await lockedChild();
    try {
      await assert.rejects(vault.lock('prod', 'backup'), (error: Error) => {
        withCode('vault.locked')(error);
        assert.ok(error.message.includes(`${hostname()}:${child.pid}`), error.message);
        assert.match(error.message, /since \d{4}-\d\d-\d\dT/);
        assert.match(error.message, /"prod".+\(backup\)/);
        return true;
      });
      const other = await vault.lock('test', 'backup');
      await other.release();
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('a killed holder is not waited for', async () => {
    const child = await lockedChild();
    child.kill('SIGKILL');
    await once(child, 'close');
    // By its heart alone it would count as alive for an hour.
    const patient = openFolderVault({ folder, clock, staleMs: 3_600_000 });
    const lock = await patient.lock('prod', 'backup');
    assert.equal(lock.signal.aborted, false);
    await lock.release();
  });

  it('a holder on another machine counts as gone when its heart stops', async () => {
    await (await vault.lock('prod', 'backup')).release();
    // As a machine leaves it that lost its power.
    const holder = {
      host: 'elsewhere',
      pid: 1,
      space: 'x',
      token: 'x',
      purpose: 'backup',
      since: 'x',
    };
    await writeFile(join(folder, 'prod', '.lock.json'), JSON.stringify(holder));
    const heart = join(folder, 'prod', '.lock');
    await mkdir(heart);
    const patient = openFolderVault({ folder, clock, staleMs: 600_000 });
    await assert.rejects(patient.lock('prod', 'backup'), /elsewhere:1/);
    const last = new Date(Date.now() - 601_000);
    await utimes(heart, last, last);
    const lock = await patient.lock('prod', 'backup');
    await lock.release();
  });

  it('a lock that was lost says so', async () => {
    const hasty = openFolderVault({ folder, clock, staleMs: 3_000 });
    const lock = await hasty.lock('prod', 'backup');
    const lost = once(lock.signal, 'abort');
    await rm(join(folder, 'prod', '.lock'), { recursive: true });
    await lost;
    withCode('vault.lockLost')(lock.signal.reason);
    await lock.release();
  });

  it('a lock beats while it is held', async () => {
    const hasty = openFolderVault({ folder, clock, staleMs: 3_000 });
    const lock = await hasty.lock('prod', 'backup');
    const beat = async () => (await lstat(join(folder, 'prod', '.lock'))).mtimeMs;
    const first = await beat();
    await waitFor('a beat', async () => ((await beat()) > first ? true : undefined), {
      timeoutMs: 30_000,
    });
    await assert.rejects(vault.lock('prod', 'backup'), withCode('vault.locked'));
    await lock.release();
    await lock.release();
    const next = await vault.lock('prod', 'backup');
    await next.release();
  });

  it('never two at once, with several at it, also when they find a stale lock', async () => {
    await (await vault.lock('prod', 'backup')).release();
    await mkdir(join(folder, 'prod', '.lock'));
    await utimes(join(folder, 'prod', '.lock'), new Date(0), new Date(0));
    const results = await Promise.all([1, 2, 3].map(() => runChild(folder, 'contend', 0, 8)));
    for (const { code, errors } of results) assert.equal(code, 0, errors);
  });

  it('no change of a manifest is lost', async () => {
    const { manifest } = await writeBackup(vault);
    const names = ['a', 'b', 'c'];
    const runs = names.map((name) => runChild(folder, 'append', 0, `${manifest.id} ${name} 8`));
    for (const { code, errors } of await Promise.all(runs)) assert.equal(code, 0, errors);
    const notes = (await vault.get(manifest.id))?.manifest.notes ?? [];
    assert.deepEqual(
      notes.sort(),
      names.flatMap((n) => Array.from({ length: 8 }, (_, i) => `${n} ${i}`)),
    );
  });
});
