import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFolderVault, type FolderVault } from '../../../src/vaults/folder/folderVault';
import { ulid } from 'ulid';
import { clock, someManifest, withCode, writeBackup } from '../../unit/vaults/fixtures';

/** A disk of four megabytes, where this user may mount one. */
function mountSmallDisk(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder], { stdio: 'pipe' });
    return true;
  } catch (error) {
    console.warn(
      `      No small disk can be mounted here, so a full one is imitated: ${String(error)}`,
    );
    return false;
  }
}

describe('a vault on a disk that is full or read-only', function () {
  this.timeout(180_000);
  let top: string;
  let vault: FolderVault;
  let mounted: boolean;
  /** Imitates the full disk where none can be mounted. */
  let full = false;

  before(async () => {
    top = await mkdtemp(join(tmpdir(), 'vault-disk-'));
    mounted = mountSmallDisk(top);
    vault = openFolderVault({
      folder: top,
      clock,
      settleMs: 0,
      onStep: () => {
        if (!mounted && full) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
      },
    });
  });

  after(async () => {
    if (mounted) execFileSync('umount', [top]);
    await rm(top, { recursive: true, force: true });
  });

  it('says that it is full, and keeps nothing half', async () => {
    const kept = await writeBackup(vault, Buffer.alloc(1 << 20));
    const manifest = someManifest();
    const writer = await vault.create({ ...manifest, created: new Date(), ending: '.snap' });
    await assert.rejects(async () => {
      try {
        for (let i = 0; i < 8; i++) {
          full = i > 3;
          await writer.write(Buffer.alloc(1 << 20));
        }
        await writer.commit({ ...manifest, sha256: {} });
      } catch (error) {
        await writer.abort();
        throw error;
      }
    }, withCode('vault.diskFull'));
    full = false;
    assert.deepEqual(await vault.list(), [kept]);
    assert.equal((await readdir(join(top, 'prod'))).length, 2);
    // There is room again for one that fits.
    await vault.remove((await writeBackup(vault, Buffer.alloc(1 << 20))).manifest.id);
    assert.deepEqual(await vault.list(), [kept]);
  });

  it('says that it is full when only the last bytes do not fit', async () => {
    const manifest = someManifest();
    const writer = await vault.create({ ...manifest, created: new Date(), ending: '.snap' });
    // Below the writer's own buffer, so that commit is what fails.
    const filler = Array.from({ length: 30 }, () => Buffer.alloc(100_000));
    await writer.write(Buffer.concat(filler).subarray(0, 2_990_000));
    await writer.write(Buffer.alloc(900_000));
    full = true;
    await assert.rejects(writer.commit({ ...manifest, sha256: {} }), withCode('vault.diskFull'));
    full = false;
    assert.equal((await readdir(join(top, 'prod'))).length, 2);
  });

  it('says that it may not write there, and still lists and reads', async () => {
    const [kept] = await vault.list();
    assert.ok(kept);
    const folder = join(top, 'prod');
    if (mounted) execFileSync('mount', ['-o', 'remount,ro', top]);
    else await chmod(folder, 0o500);
    try {
      await assert.rejects(writeBackup(vault), withCode('vault.notWritable'));
      await assert.rejects(vault.lock('prod', 'backup'), withCode('vault.notWritable'));
      const { id } = kept.manifest;
      await assert.rejects(
        vault.update(id, (m) => m),
        withCode('vault.notWritable'),
      );
      await assert.rejects(vault.remove(id), withCode('vault.notWritable'));
      assert.deepEqual(await vault.list(), [kept]);
      let bytes = 0;
      for await (const chunk of await vault.read(kept)) bytes += (chunk as Buffer).length;
      assert.equal(bytes, kept.manifest.bytes);
    } finally {
      if (mounted) execFileSync('mount', ['-o', 'remount,rw', top]);
      else await chmod(folder, 0o700);
    }
  });
});

describe('a vault of thousands of backups', function () {
  this.timeout(180_000);
  const count = 3_000;

  it('is listed in a moment, and again in less', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'vault-many-'));
    try {
      await mkdir(join(folder, 'prod'));
      const vault = openFolderVault({ folder, clock });
      const { manifest } = await writeBackup(vault);
      const text = JSON.stringify(manifest);
      for (let i = 0; i < count; i++) {
        const file = `prod-${i}.snap`;
        const one = { ...(JSON.parse(text) as object), id: ulid(), file };
        await writeFile(join(folder, 'prod', file), '');
        await writeFile(join(folder, 'prod', `${file}.manifest.json`), JSON.stringify(one));
      }
      // Of the processor: how long it takes in all is a matter of what else this machine does.
      const timed = async () => {
        const start = process.cpuUsage();
        assert.equal((await vault.list()).length, count + 1);
        const { user, system } = process.cpuUsage(start);
        return (user + system) / 1000;
      };
      const [first, second] = [await timed(), await timed()];
      console.log(`      ${count} backups: ${first.toFixed(0)} ms, then ${second.toFixed(0)} ms`);
      assert.ok(second < first, 'what has not changed is not read again');
      assert.ok(first < 10_000 && second < 3_000);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
