import assert from 'node:assert/strict';
import { readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as openpgp from 'openpgp';
import { vaultOptions } from '../../../src/compose/vaultOptions';
import { prune } from '../../../src/core/operations/prune';
import { startConsul } from '../../../src/sandbox/parts/consulServer';
import type { RunningConsul } from '../../../src/sandbox/parts/consulServer';
import { openActivityFolder } from '../../../src/stores/activityFolder';
import { openFolderVault } from '../../../src/vaults/folder/folderVault';
import type { OperationsClient } from '../../../src/workers/operationsClient';
import { runChild } from '../../support/crash/child';
import { coreContext, fails } from '../../unit/core/fakes';
import { temporaryVault, writeBackup } from '../../unit/vaults/fixtures';
import { clusterAt, makePlace, operationsIn, silentLog } from './support';
import type { Place } from './support';

describe('a prune killed at any step', function () {
  this.timeout(300_000);

  it('leaves each backup whole or gone, and the next one finishes', async () => {
    const policy = { manualCount: 2 };
    for (let step = 1; ; step++) {
      assert.ok(step < 40, 'the steps come to an end');
      const { vault, folder, remove } = await temporaryVault();
      try {
        const ids: string[] = [];
        for (let age = 5; age > 0; age--) {
          const created = new Date(Date.now() - age * 3_600_000);
          const { id } = (await writeBackup(vault, Buffer.from(`${age}`), { created })).manifest;
          await vault.update(id, (manifest) => ({
            ...manifest,
            verification: { at: created.toISOString(), by: '0', result: 'ok' },
          }));
          ids.push(id);
        }
        const child = await runChild(folder, 'prune', step, 2);
        const isDone = child.signal === null;
        assert.equal(isDone ? child.code : child.signal, isDone ? 0 : 'SIGKILL', child.errors);
        await vault.recover();
        const left = (await vault.list('prod')).map(({ manifest }) => manifest.id).reverse();
        // The oldest went first, and nothing that should stay has gone.
        assert.deepEqual(left, ids.slice(ids.length - left.length), `step ${step}`);
        assert.ok(left.length >= 2, `step ${step}`);
        const { removed } = await prune({ vault, cluster: 'prod', policy }, coreContext());
        assert.equal(removed.length, left.length - 2);
        const files = (await readdir(join(folder, 'prod'))).filter((name) => !name.startsWith('.'));
        assert.equal(files.length, 4, `step ${step}: ${files.join(' ')}`);
        if (!isDone) continue;
        assert.equal(left.length, 2);
        assert.ok(step > 12, 'each of three had its steps');
        return;
      } finally {
        await remove();
      }
    }
  });
});

describe('what a policy has done to a real Consul', function () {
  this.timeout(200_000);
  let consul: RunningConsul;
  let place: Place;
  let client: OperationsClient;

  before(async () => (consul = await startConsul()));
  after(() => consul.stop());
  beforeEach(async () => {
    place = await makePlace();
    client = operationsIn(place);
  });
  afterEach(async () => {
    await client.dispose();
    await place.remove();
  });

  const vault = () => openFolderVault(vaultOptions(place.vault, silentLog));
  const activities = () =>
    openActivityFolder({ folder: place.activities, clock: { now: () => new Date() } }).list();
  const run = async (since: Date) => ({
    cluster: await clusterAt(place, consul.address),
    schedule: '1d',
    since: since.toISOString(),
  });

  it('makes one backup for a planned moment, however many ask for it', async () => {
    const since = new Date();
    const other = operationsIn(place);
    const asks = await Promise.allSettled(
      [client, other, client].map(async (one) => one.call('scheduledBackup', await run(since))),
    );
    // Who came while another was at it is told so; who came later finds what that one made.
    for (const ask of asks) {
      if (ask.status === 'rejected') {
        await fails(Promise.reject(ask.reason as Error), 'vault.locked');
      }
    }
    assert.equal(await client.call('scheduledBackup', await run(since)), undefined);
    const backups = await vault().list('prod');
    assert.equal(backups.length, 1);
    assert.deepEqual(backups[0]?.manifest.origin, { kind: 'schedule', schedule: '1d' });
    const kinds = (await activities()).map(({ kind, state, scheduled, subject }) => [
      kind,
      state,
      scheduled,
      subject,
    ]);
    const begun = ['backup', 'done', true, 'every day'];
    assert.deepEqual(kinds, [begun], 'only what was begun is an activity');
    const next = await client.call('scheduledBackup', await run(new Date()));
    assert.ok(next !== undefined, 'the next moment has its own');
    await other.dispose();
  });

  it('prunes with one activity, and with none where nothing goes', async () => {
    const cluster = await clusterAt(place, consul.address);
    for (let n = 0; n < 3; n++) {
      await client.call('backup', { cluster, origin: { kind: 'manual' } });
    }
    const where = { vault: place.vault, cluster: 'prod', policy: { manualCount: 1 } };
    const plan = await client.call('planPrune', where);
    assert.equal(plan.items.filter(({ keep }) => !keep).length, 2);
    assert.equal((await client.call('prune', { ...where, plan })).removed.length, 2);
    assert.deepEqual((await client.call('prune', where)).removed, []);
    const prunes = (await activities()).filter(({ kind }) => kind === 'prune');
    assert.deepEqual(
      prunes.map(({ state, subject }) => [state, subject]),
      [['done', '2 backups']],
    );
    const known = await client.call('policyBackups', { vault: place.vault, cluster: 'prod' });
    assert.deepEqual(
      known.map(({ check, scheduled }) => [check, scheduled]),
      [['ok', false]],
    );
  });

  it('tells in the journal where a guard holds it up', async () => {
    const cluster = await clusterAt(place, consul.address);
    for (let n = 0; n < 3; n++) {
      await client.call('backup', { cluster, origin: { kind: 'manual' } });
    }
    const [newest] = await vault().list('prod');
    await vault().update(newest?.manifest.id ?? '', ({ verification: _, ...rest }) => rest);
    const where = { vault: place.vault, cluster: 'prod', policy: { maxBackups: 1 } };
    const { removed, stopped } = await client.call('prune', where);
    assert.deepEqual([removed, stopped?.code], [[], 'newestUnverified']);
    const [told] = await activities();
    assert.deepEqual(
      [told?.kind, told?.state, told?.error?.code],
      ['prune', 'failed', 'core.pruneStopped'],
    );
    // While the same guard holds it is no news, unless something goes all the same.
    const prunes = async () => (await activities()).filter(({ kind }) => kind === 'prune').length;
    await client.call('prune', { ...where, known: 'newestUnverified' });
    assert.equal(await prunes(), 1);
    await client.call('prune', { ...where, known: 'newestSmaller' });
    assert.equal(await prunes(), 2, 'another guard is news');
  });

  it('is no activity while somebody else works on the cluster', async () => {
    const cluster = await clusterAt(place, consul.address);
    for (let n = 0; n < 2; n++) {
      await client.call('backup', { cluster, origin: { kind: 'manual' } });
    }
    const working = await vault().lock('prod', 'backup');
    const where = { vault: place.vault, cluster: 'prod', policy: { manualCount: 1 } };
    await fails(client.call('prune', where), 'vault.locked');
    await working.release();
    assert.ok((await activities()).every(({ kind }) => kind === 'backup'));
    assert.equal((await client.call('prune', where)).removed.length, 1);
  });

  it('checks on schedule at a rate, and tells damage as the failure of an activity', async () => {
    const cluster = await clusterAt(place, consul.address);
    const { manifest, path } = await client.call('backup', { cluster, origin: { kind: 'manual' } });
    const check = {
      vault: place.vault,
      cluster: 'prod',
      id: manifest.id,
      decryption: {},
      rate: 10_000_000,
    };
    assert.equal((await client.call('scheduledCheck', check))?.result, 'ok');
    await truncate(path, manifest.bytes - 10);
    assert.equal((await client.call('scheduledCheck', check))?.result, 'damaged');
    const [damaged, whole] = await activities();
    assert.deepEqual([damaged?.state, whole?.state], ['failed', 'done']);
    assert.match(damaged?.error?.code ?? '', /^(snapshot|verify)\./);
    assert.equal(damaged?.backupId, manifest.id);
    assert.equal((await vault().get(manifest.id))?.manifest.verification?.result, 'damaged');
  });

  it('checks by the stored bytes where the private key is elsewhere', async () => {
    const { publicKey } = await openpgp.generateKey({ userIDs: [{ name: 'Away' }] });
    const keyFile = join(place.folder, 'away.asc');
    await writeFile(keyFile, publicKey);
    const cluster = await clusterAt(place, consul.address, {
      encryption: { publicKeys: [keyFile] },
    });
    const { manifest, path } = await client.call('backup', { cluster, origin: { kind: 'manual' } });
    assert.equal(manifest.encryption.kind, 'openpgp');
    const { decryption } = cluster;
    const check = { vault: place.vault, cluster: 'prod', id: manifest.id, decryption };
    const found = await client.call('scheduledCheck', check);
    assert.deepEqual([found?.result, found?.of], ['ok', 'stored']);
    const bytes = await readFile(path);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    await writeFile(path, bytes);
    const after = await client.call('scheduledCheck', check);
    assert.deepEqual([after?.result, after?.code], ['damaged', 'verify.storedHash']);
  });
});
