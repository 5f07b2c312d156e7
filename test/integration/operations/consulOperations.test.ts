import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFile, mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { toErrorInfo } from '../../../src/core/errors';
import type { Backup } from '../../../src/core/model';
import type { ProgressUpdate } from '../../../src/core/ports';
import { vaultOptions } from '../../../src/compose/vaultOptions';
import { ensureGpg } from '../../../src/sandbox/parts/gpg';
import { startConsul } from '../../../src/sandbox/parts/consulServer';
import type { RunningConsul } from '../../../src/sandbox/parts/consulServer';
import { openActivityFolder } from '../../../src/stores/activityFolder';
import { openFolderVault } from '../../../src/vaults/folder/folderVault';
import type { OperationsClient } from '../../../src/workers/operationsClient';
import { startFaultProxy } from '../../support/faultProxy';
import { clusterAt, makePlace, operationsIn, silentLog } from './support';
import type { Place } from './support';

const manual = { kind: 'manual' } as const;
const isSnapshot = (_method: string, path: string): boolean => path.startsWith('/v1/snapshot');

describe('operations on a real Consul', function () {
  this.timeout(120_000);
  let consul: RunningConsul;
  let place: Place;
  let client: OperationsClient;

  before(async () => {
    consul = await startConsul();
  });
  after(() => consul.stop());
  beforeEach(async () => {
    place = await makePlace();
    client = operationsIn(place);
    for (const key of ['app/a', 'app/b/c', 'other']) {
      await consul.request('PUT', `/v1/kv/${key}`, { body: `value of ${key}` });
    }
  });
  afterEach(async () => {
    await client.dispose();
    await place.remove();
  });

  const list = () => openFolderVault(vaultOptions(place.vault, silentLog)).list('prod');
  const files = () => readdir(join(place.vault, 'prod')).catch((): string[] => []);
  const codeOf = (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => 'no error',
      (error: unknown) => toErrorInfo(error).code,
    );
  const source = (backup: Backup) =>
    ({ kind: 'backup', vault: place.vault, id: backup.manifest.id }) as const;

  it('backs up, checks on the way, and keeps manifest and file for the owner only', async () => {
    const updates: ProgressUpdate[] = [];
    const cluster = await clusterAt(place, consul.address);
    const backup = await client.call(
      'backup',
      { cluster, label: 'first.one', origin: manual },
      { own: true, progress: (u) => updates.push(u) },
    );
    const { manifest } = backup;
    assert.equal(manifest.label, 'first.one');
    assert.equal(manifest.mode, 'consistent');
    assert.equal(manifest.verification?.result, 'ok');
    assert.equal(manifest.counts?.KVS, 3);
    assert.equal(manifest.system.version, consul.version);
    assert.equal((await stat(backup.path)).mode & 0o777, 0o600);
    assert.equal((await stat(backup.path)).size, manifest.bytes);
    assert.ok(updates.some((u) => u.unit === 'bytes' && (u.done ?? 0) > 0));
    // The vendor's own tool takes it as it is.
    const told = execFileSync(consul.program, ['snapshot', 'inspect', backup.path], {
      encoding: 'utf8',
    });
    assert.match(told, new RegExp(`Index\\s+${manifest.snapshot?.index ?? 'none'}`));
    const [listed] = await list();
    assert.deepEqual(listed?.manifest, manifest);
  });

  it('encrypts with a passphrase; gpg alone opens it, and only with the right one', async () => {
    const gpg = await ensureGpg();
    const secrets = { 'encryption.passphrase': 'correct horse battery' };
    const fields = { encryption: { passphrase: { secret: 'x' } } };
    const cluster = await clusterAt(place, consul.address, fields, secrets);
    const backup = await client.call('backup', { cluster, origin: manual }, { own: true });
    assert.match(backup.path, /\.snap\.gpg$/);
    const home = join(place.folder, 'gnupg');
    await mkdir(home, { mode: 0o700 });
    const plain = join(place.folder, 'plain.snap');
    const decrypt = spawnSync(
      gpg,
      [
        '--homedir',
        home,
        '--batch',
        '--pinentry-mode',
        'loopback',
        '--passphrase-fd',
        '0',
        '-o',
        plain,
        '--decrypt',
        backup.path,
      ],
      { input: 'correct horse battery' },
    );
    assert.equal(decrypt.status, 0, decrypt.stderr.toString());
    execFileSync(consul.program, ['snapshot', 'inspect', plain]);

    const params = { source: source(backup), decryption: cluster.decryption };
    const good = await client.call('verify', params, { own: true });
    assert.equal(good.verification.result, 'ok');
    const wrong = client.call(
      'verify',
      { ...params, decryption: { passphrase: 'wrong' } },
      { own: true },
    );
    assert.equal(await codeOf(wrong), 'openpgp.wrongPassphrase');
    const none = client.call('verify', { ...params, decryption: {} }, { own: true });
    assert.equal(await codeOf(none), 'core.needsPassphrase');
    // Neither the journal nor the manifest holds the passphrase.
    const journal = openActivityFolder({
      folder: place.activities,
      clock: { now: () => new Date() },
    });
    const logs = await Promise.all((await journal.list()).map((a) => journal.log(a.id)));
    assert.doesNotMatch(logs.join() + JSON.stringify(backup.manifest), /correct horse/);
  });

  it('says that a file was changed after it was written, and keeps that in the manifest', async () => {
    const cluster = await clusterAt(place, consul.address);
    const backup = await client.call('backup', { cluster, origin: manual }, { own: true });
    const bytes = await readFile(backup.path);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 0x40;
    await writeFile(backup.path, bytes);
    const params = { source: source(backup), decryption: {} };
    const result = await client.call('verify', params, { own: true });
    assert.equal(result.verification.result, 'damaged');
    assert.match(result.error?.code ?? '', /^snapshot\./);
    const [listed] = await list();
    assert.equal(listed?.manifest.verification?.result, 'damaged');

    const plan = await client.call('planRestore', {
      source: source(backup),
      cluster,
      safetyBackup: true,
    });
    assert.equal(plan.possible, false);
    const refused = client.call('restore', { source: source(backup), cluster, plan });
    assert.equal(await codeOf(refused), 'core.notRestorable');
  });

  it('plans without changing anything, then restores with a safety backup and a check', async () => {
    const cluster = await clusterAt(place, consul.address);
    const backup = await client.call('backup', { cluster, origin: manual }, { own: true });
    await consul.request('PUT', '/v1/kv/late', { body: 'written after the backup' });
    const params = { source: source(backup), cluster, safetyBackup: true };
    const plan = await client.call('planRestore', params, { own: true });
    assert.equal(plan.possible, true);
    assert.deepEqual(
      plan.comparison.find((c) => c.name === 'KVS'),
      { name: 'KVS', now: 4, after: 3 },
    );
    assert.equal((await consul.request('GET', '/v1/kv/late')).status, 200);
    assert.equal((await list()).length, 1);

    const result = await client.call(
      'restore',
      { source: source(backup), cluster, plan },
      { own: true },
    );
    assert.equal((await consul.request('GET', '/v1/kv/late')).status, 404);
    assert.deepEqual(
      result.checks.find((c) => c.name === 'KVS'),
      { name: 'KVS', expected: 3, found: 3 },
    );
    const all = await list();
    assert.equal(all.length, 2);
    const safety = all.find((b) => b.manifest.id === result.safetyBackup);
    assert.equal(safety?.manifest.origin.kind, 'safety');
    assert.equal(safety.manifest.counts?.KVS, 4);
  });

  it('refuses a plan whose backup has changed since, and one for another cluster', async () => {
    const cluster = await clusterAt(place, consul.address);
    const first = await client.call('backup', { cluster, origin: manual }, { own: true });
    await consul.request('PUT', '/v1/kv/more', { body: 'x' });
    const second = await client.call('backup', { cluster, origin: manual }, { own: true });
    const params = { source: source(first), cluster, safetyBackup: false };
    const plan = await client.call('planRestore', params);
    const swapped = client.call('restore', { source: source(second), cluster, plan });
    assert.equal(await codeOf(swapped), 'core.planChanged');
    assert.equal((await consul.request('GET', '/v1/kv/more')).status, 200);
    const other = await clusterAt(place, consul.address, {}, {}, 'staging');
    const elsewhere = client.call('restore', { source: source(first), cluster: other, plan });
    assert.equal(await codeOf(elsewhere), 'core.planChanged');
    await consul.request('DELETE', '/v1/kv/more');
  });

  it('really stops when it is cancelled, and leaves nothing behind', async () => {
    await consul.request('PUT', '/v1/kv/big', { body: Buffer.alloc(400_000, 'x1y2') });
    const proxy = await startFaultProxy(consul.address);
    try {
      proxy.inject({ kind: 'stall', after: 300 }, { when: isSnapshot });
      const cluster = await clusterAt(place, proxy.address);
      const abort = new AbortController();
      const running = client.call(
        'backup',
        { cluster, origin: manual },
        {
          own: true,
          signal: abort.signal,
          progress: (u) => {
            if (u.unit === 'bytes') abort.abort();
          },
        },
      );
      assert.equal(await codeOf(running), 'core.cancelled');
      assert.deepEqual(
        (await files()).filter((f) => f.includes('.snap')),
        [],
      );
      const again = await clusterAt(place, consul.address);
      await client.call('backup', { cluster: again, origin: manual }, { own: true });
    } finally {
      await proxy.close();
      await consul.request('DELETE', '/v1/kv/big');
    }
  });

  it('counts nothing as a backup that the cluster cut short, though it said 200', async () => {
    const proxy = await startFaultProxy(consul.address);
    try {
      proxy.inject({ kind: 'cut', after: 600 }, { when: isSnapshot });
      const cluster = await clusterAt(place, proxy.address);
      const code = await codeOf(client.call('backup', { cluster, origin: manual }, { own: true }));
      assert.match(code, /^(consul|http|snapshot)\./);
      assert.deepEqual(await list(), []);
      assert.deepEqual(
        (await files()).filter((f) => f.includes('.snap')),
        [],
      );
    } finally {
      await proxy.close();
    }
  });

  it('adopts a file dropped into the vault, also a damaged one, and one that is encrypted', async () => {
    const cluster = await clusterAt(place, consul.address);
    const backup = await client.call('backup', { cluster, origin: manual }, { own: true });
    const folder = join(place.vault, 'prod');
    const clusters = [{ name: 'prod', system: 'consul' }];
    // The thread is there before the files are: a busy machine takes as long for one as a file has to rest.
    await client.call('tidyVault', { vault: place.vault, clusters });
    const bytes = await readFile(backup.path);
    const dropped = [join(place.vault, 'by-hand.snap'), join(folder, 'half.snap')] as const;
    await copyFile(backup.path, dropped[0]);
    await writeFile(dropped[1], bytes.subarray(0, bytes.length / 2));
    const soon = new Date(Date.now() + 1_900);
    for (const file of dropped) await utimes(file, soon, soon);

    const early = await client.call('tidyVault', { vault: place.vault, clusters });
    assert.deepEqual(early.adopted, [], 'a file that may still be copied is left alone');
    await sleep(4_500);
    const { adopted } = await client.call('tidyVault', { vault: place.vault, clusters });
    assert.deepEqual(adopted.map((p) => basename(p)).sort(), ['by-hand.snap', 'half.snap']);
    const all = await list();
    const by = (name: string) => all.find((b) => b.manifest.file === name)?.manifest;
    assert.equal(by('by-hand.snap')?.verification?.result, 'ok');
    assert.equal(by('by-hand.snap')?.origin.kind, 'adopted');
    assert.equal(by('by-hand.snap')?.snapshot?.id, backup.manifest.snapshot?.id);
    assert.equal(by('half.snap')?.verification?.result, 'damaged');
    const again = await client.call('tidyVault', { vault: place.vault, clusters });
    assert.deepEqual(again.adopted, []);
  });

  it('exports the stored bytes, and not those of a file that was changed', async () => {
    const cluster = await clusterAt(place, consul.address);
    const backup = await client.call('backup', { cluster, origin: manual }, { own: true });
    const to = join(place.folder, 'out.snap');
    const params = { vault: place.vault, id: backup.manifest.id, to };
    await client.call('exportBackup', params);
    assert.deepEqual(await readFile(to), await readFile(backup.path));
    await writeFile(backup.path, 'something else');
    const changed = client.call('exportBackup', { ...params, to: join(place.folder, 'two.snap') });
    assert.equal(await codeOf(changed), 'verify.storedHash');
    assert.deepEqual(
      (await readdir(place.folder)).filter((f) => f.startsWith('two')),
      [],
    );
  });

  it('looks inside, with keys by prefix at hand, and prints what the vendor prints', async () => {
    const cluster = await clusterAt(place, consul.address);
    const backup = await client.call('backup', { cluster, origin: manual }, { own: true });
    const opened = await client.call('inspectOpen', {
      source: { kind: 'file', path: backup.path },
      decryption: {},
    });
    assert.equal(opened.product.id, 'consul');
    assert.equal(opened.verification.result, 'ok');
    assert.equal(opened.report.servers.length, 1);
    const query = { depth: 1, filter: 'app', limit: 10 };
    const keys = await client.call('inspectKeys', { session: opened.session, query });
    assert.deepEqual(
      keys.rows.map((r) => [r.name, r.count]),
      [['app', 2]],
    );
    const json = await client.call('inspectJson', { session: opened.session });
    assert.equal((JSON.parse(json) as { TotalSize: number }).TotalSize, opened.report.totalSize);
    await client.call('inspectClose', { session: opened.session });
    const closed = client.call('inspectKeys', { session: opened.session, query });
    assert.equal(await codeOf(closed), 'core.unknownBackup');
  });

  it('keeps a journal of what ran, how it ended and why', async () => {
    const cluster = await clusterAt(place, consul.address);
    await client.call('backup', { cluster, label: 'journal', origin: manual }, { own: true });
    const gone = await clusterAt(place, 'http://127.0.0.1:1');
    await codeOf(client.call('backup', { cluster: gone, origin: manual }, { own: true }));
    const journal = openActivityFolder({
      folder: place.activities,
      clock: { now: () => new Date() },
    });
    const [failed, done] = await journal.list();
    assert.equal(done?.state, 'done');
    assert.equal(done.subject, 'journal');
    assert.equal(failed?.state, 'failed');
    assert.match(failed.error?.message ?? '', /127\.0\.0\.1:1/);
    assert.notEqual(failed.error?.next, '');
    assert.match(await journal.log(failed.id), /started: backup of prod/);
  });
});
