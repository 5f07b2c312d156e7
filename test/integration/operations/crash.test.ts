import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { vaultOptions } from '../../../src/compose/vaultOptions';
import { startConsul } from '../../../src/sandbox/parts/consulServer';
import type { RunningConsul } from '../../../src/sandbox/parts/consulServer';
import { openFolderVault } from '../../../src/vaults/folder/folderVault';
import { clusterAt, makePlace, operationsIn, silentLog } from './support';
import type { Place } from './support';

const CHILD = join(__dirname, '../../support/crash/operationChild.js');
const MOST_STEPS = 40;

/** @returns true when the operation went to its end before the step came */
function runUntil(place: Place, address: string, what: string, step: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CHILD, place.folder, address, what, String(step)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let problem = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (problem += chunk.toString()));
    child.on('close', (_code, signal) => {
      if (signal === 'SIGKILL') resolve(false);
      else if (out === 'done') resolve(true);
      else reject(new Error(problem));
    });
  });
}

describe('an operation killed at any step', function () {
  this.timeout(300_000);
  let consul: RunningConsul;
  let place: Place;

  before(async () => {
    consul = await startConsul();
    await consul.request('PUT', '/v1/kv/a', { body: 'kept' });
  });
  after(() => consul.stop());
  beforeEach(async () => (place = await makePlace()));
  afterEach(() => place.remove());

  /** What is there after the next start has cleaned up. */
  async function afterwards() {
    const vault = openFolderVault(vaultOptions(place.vault, silentLog));
    await vault.recover();
    const backups = await vault.list('prod');
    const files = await readdir(join(place.vault, 'prod')).catch((): string[] => []);
    const client = operationsIn(place);
    for (const backup of backups) {
      const source = { kind: 'backup', vault: place.vault, id: backup.manifest.id } as const;
      const { verification } = await client.call('verify', { source, decryption: {} });
      assert.equal(verification.result, 'ok', 'what is listed is whole');
    }
    await client.dispose();
    const strays = files.filter(
      (f) => /\.snap$/.test(f) && !backups.some((b) => b.manifest.file === f),
    );
    return { vault, backups, strays, partial: files.filter((f) => f.endsWith('.partial')) };
  }

  it('leaves no backup, or a whole one', async () => {
    const seen = new Set<number>();
    let before = 0;
    for (let step = 1; ; step++) {
      assert.ok(step < MOST_STEPS, 'the steps come to an end');
      const done = await runUntil(place, consul.address, 'backup', step);
      const { backups, partial, strays } = await afterwards();
      assert.deepEqual(partial, [], `step ${step} leaves a partial file`);
      assert.deepEqual(strays, [], `step ${step} leaves a file without a manifest`);
      const more = backups.length - before;
      assert.ok(more === 0 || more === 1, `step ${step}`);
      seen.add(more);
      before = backups.length;
      if (done) break;
    }
    assert.deepEqual([...seen].sort(), [0, 1]);
  });

  it('leaves a deleted backup, or one that is whole', async () => {
    const client = operationsIn(place);
    const cluster = await clusterAt(place, consul.address);
    const make = () => client.call('backup', { cluster, origin: { kind: 'manual' } });
    await make();
    for (let step = 1; ; step++) {
      assert.ok(step < MOST_STEPS, 'the steps come to an end');
      const done = await runUntil(place, consul.address, 'delete', step);
      const { backups, strays } = await afterwards();
      assert.ok(backups.length <= 1);
      assert.deepEqual(strays, [], `step ${step}`);
      if (done) {
        assert.equal(backups.length, 0);
        break;
      }
      if (backups.length === 0) await make();
    }
    await client.dispose();
  });

  it('leaves the cluster as it was or as the backup has it, and the safety backup whole', async () => {
    const client = operationsIn(place);
    const cluster = await clusterAt(place, consul.address);
    const first = await client.call('backup', { cluster, origin: { kind: 'manual' } });
    await client.dispose();
    let restored = 0;
    for (let step = 1; ; step++) {
      assert.ok(step < MOST_STEPS, 'the steps come to an end');
      await consul.request('PUT', '/v1/kv/late', { body: 'x' });
      const done = await runUntil(place, consul.address, 'restore', step);
      await consul.waitForLeader();
      assert.equal((await consul.request('GET', '/v1/kv/a')).status, 200, `step ${step}`);
      if ((await consul.request('GET', '/v1/kv/late')).status === 404) restored++;
      const { vault, backups, partial } = await afterwards();
      assert.deepEqual(partial, []);
      // Only the first is to be restored: it stands last, the newest is taken.
      for (const { manifest } of backups) {
        if (manifest.id !== first.manifest.id) {
          assert.equal(manifest.origin.kind, 'safety');
          await vault.remove(manifest.id);
        }
      }
      if (done) break;
    }
    assert.ok(restored >= 1);
  });
});
