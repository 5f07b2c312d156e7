import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openFolderVault, type FolderVault } from '../../../src/vaults/folder/folderVault';
import { clock, someManifest, temporaryVault, writeBackup } from './fixtures';

describe('folder vault: watching', function () {
  this.timeout(60_000);
  let vault: FolderVault;
  let folder: string;
  let remove: () => Promise<void>;
  let calls = 0;
  let watch: { dispose(): void } | undefined;
  const start = async (options: { pollMs?: number } = {}) => {
    const watched = openFolderVault({
      folder,
      clock,
      settleMs: 0,
      debounceMs: 20,
      pollMs: options.pollMs ?? 60_000,
    });
    calls = 0;
    watch = watched.watch(() => calls++);
    // Only what comes after the first look is told.
    await (watch as unknown as { looking: Promise<void> | undefined }).looking;
    return watched;
  };
  /** Waits until it was told of something, or for ten seconds. */
  const told = async () => {
    for (let i = 0; i < 200 && calls === 0; i++) await delay(50);
    const count = calls;
    await delay(250);
    calls = 0;
    return count > 0;
  };
  beforeEach(async () => ({ vault, folder, remove } = await temporaryVault()));
  afterEach(async () => {
    watch?.dispose();
    await remove();
  });

  it('tells of what others do, from a folder that is not there yet on', async () => {
    await start();
    const backup = await writeBackup(vault);
    assert.ok(await told(), 'a new cluster and its backup');
    await vault.update(backup.manifest.id, (m) => ({ ...m, pin: true }));
    assert.ok(await told(), 'a changed manifest');
    await writeFile(join(folder, 'prod', 'dropped.snap'), 'x');
    assert.ok(await told(), 'a file dropped in');
    await vault.remove(backup.manifest.id);
    assert.ok(await told(), 'a deletion');
    await writeBackup(vault, Buffer.from('x'), { cluster: 'second' });
    assert.ok(await told(), 'a second cluster');
    await rm(join(folder, 'second'), { recursive: true });
    assert.ok(await told(), 'a cluster that went');
  });

  it('is quiet while a backup is written and while a lock beats', async () => {
    const lock = await vault.lock('prod', 'backup');
    const writer = await vault.create({ ...someManifest(), created: new Date(), ending: '.snap' });
    await start();
    for (let i = 0; i < 5; i++) await writer.write(Buffer.alloc(1 << 20));
    await delay(300);
    assert.equal(calls, 0);
    await writer.abort();
    await lock.release();
  });

  it('sees changes by itself where the system tells none', async () => {
    await writeBackup(vault);
    const watched = await start({ pollMs: 100 });
    // Only the poll is left.
    const inner = watch as unknown as { watchers: Map<string, { close(): void }> };
    for (const [key, watcher] of inner.watchers) {
      watcher.close();
      inner.watchers.set(key, { close: () => undefined });
    }
    await writeBackup(vault);
    assert.ok(await told());
    assert.equal((await watched.list()).length, 2);
  });

  it('is silent once disposed', async () => {
    await start({ pollMs: 50 });
    await writeBackup(vault);
    watch?.dispose();
    calls = 0;
    await writeBackup(vault);
    await delay(300);
    assert.equal(calls, 0);
  });
});
