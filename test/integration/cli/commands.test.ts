import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startConsul } from '../../../src/sandbox/parts/consulServer';
import type { RunningConsul } from '../../../src/sandbox/parts/consulServer';
import { exists, repositoryRoot, temporaryFolder } from '../../../src/sandbox/parts/folders';
import { run } from '../../../src/sandbox/parts/processes';
import { seed } from '../../../src/sandbox/seed';
import { startFaultProxy } from '../../support/faultProxy';
import { shapes, vendorObject } from './shapes';
import { Workplace } from './support';

const MASTER = 'the-master-token-of-this-test';

describe('The command line against a real Consul', function () {
  this.timeout(300_000);
  let consul: RunningConsul;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let at: Workplace;
  let places = 0;

  before(async () => {
    consul = await startConsul({ acl: { masterToken: MASTER } });
    folder = await temporaryFolder('cli');
    await seed(async (path, body) => {
      const { status } = await consul.request('PUT', path, { body });
      assert.equal(status, 200, path);
    });
  });
  after(async () => {
    await consul.stop();
    await folder.remove();
  });

  beforeEach(async () => {
    at = new Workplace(join(folder.path, String(++places)), { TOKEN: MASTER });
    await at.configure({
      prod: { system: 'consul', address: consul.address, token: { env: 'TOKEN' } },
    });
  });

  const create = async (...args: string[]) =>
    shapes.create.parse(await at.json(['create', 'prod', ...args])).backup;

  it('backs up, lists, shows, labels, exports, deletes, and keeps a journal of it', async () => {
    const made = await create('--label', 'first', '--mode', 'stale');
    const { manifest } = made;
    assert.equal(manifest.label, 'first');
    assert.equal(manifest.mode, 'stale');
    assert.equal(manifest.verification?.result, 'ok');
    assert.ok((manifest.counts?.KVS ?? 0) > 30);
    const quiet = await at.run(['create', 'prod', '-q']);
    const second = quiet.out.trim();
    assert.match(second, /^[0-9A-Z]{26}$/);

    const { backups } = shapes.list.parse(await at.json(['list']));
    assert.deepEqual(
      backups.map((b) => b.manifest.id),
      [second, manifest.id],
    );
    const shown = shapes.show.parse(await at.json(['show', manifest.id.slice(-6)]));
    assert.deepEqual(shown.backup, made);
    assert.match((await at.run(['show', manifest.file])).out, /^Label {2,}first$/m);

    shapes.label.parse(await at.json(['label', manifest.id, 'renamed']));
    const copy = join(at.folder, 'copy.snap');
    const exported = shapes.export.parse(await at.json(['export', manifest.id, copy]));
    assert.equal(exported.exported, copy);
    assert.equal(exported.backup.manifest.label, 'renamed');
    assert.deepEqual(await readFile(copy), await readFile(made.path));
    assert.equal((await at.run(['export', manifest.id, copy])).code, 3);

    shapes.delete.parse(await at.json(['delete', manifest.id, '--yes']));
    assert.deepEqual((await at.run(['list', '-q'])).out, `${second}\n`);
    assert.ok(!existsSync(made.path));

    const { activities } = shapes.activities.parse(await at.json(['activities']));
    assert.deepEqual(
      activities.map((a) => [a.kind, a.state]),
      [
        ['delete', 'done'],
        ['export', 'done'],
        ['backup', 'done'],
        ['backup', 'done'],
      ],
    );
  });

  it('says how clusters are, also those that do not answer, in a bounded time', async () => {
    const connection = { system: 'consul', token: { env: 'TOKEN' } };
    const proxy = await startFaultProxy(consul.address);
    proxy.inject({ kind: 'silent' });
    await at.configure({
      prod: { ...connection, address: consul.address },
      gone: { ...connection, address: 'http://127.0.0.1:1' },
      locked: { system: 'consul', address: consul.address, token: { secret: 'none' } },
      silent: {
        ...connection,
        address: proxy.address,
        timeouts: { headers: 600, idle: 600 },
      },
    });
    await at.run(['create', 'prod']);
    const { clusters } = shapes.clusters.parse(await at.json(['clusters', '--timeout', '15']));
    const [prod, gone, locked, silent] = clusters;
    assert.equal(prod?.status?.health, 'healthy');
    assert.equal(prod.backups, 1);
    assert.equal(prod.lastBackup?.manifest.cluster, 'prod');
    assert.ok(gone?.error);
    assert.equal(locked?.error?.code, 'config.secretMissing');
    assert.equal(silent?.error?.code, 'cli.noAnswer');
    assert.match(silent.error.message, /within 15 s/);
    await proxy.close();
    const table = await at.run(['clusters']);
    assert.match(table.out, /^prod {4}consul {2}healthy \(1\/1 voters\)/m);
    const quick = shapes.clusters.parse(await at.json(['clusters', '--no-status']));
    assert.ok(quick.clusters.every((c) => c.status === undefined && c.error === undefined));
  });

  it('inspects as Consul does, backups and files', async () => {
    const { path, manifest } = await create();
    const json = await at.run(['inspect', manifest.id, '--format', 'json']);
    const object = vendorObject.parse(JSON.parse(json.out));
    assert.equal(object.StatsKV, null);
    assert.equal(object.Meta.Index, manifest.snapshot?.index);
    // Consul's own words, as far as this version has them.
    const own = await run(consul.program, ['snapshot', 'inspect', path]);
    assert.match(own, new RegExp(`^ ?ID +${object.Meta.ID}$`, 'm'));
    assert.match(own, new RegExp(`^ ?Size +${object.Meta.Size}$`, 'm'));

    const keys = await at.run([
      'inspect',
      path,
      '--format',
      'json',
      '--kvdetails',
      '--kvdepth',
      '1',
      '--kvfilter',
      'config',
    ]);
    const { StatsKV } = vendorObject.parse(JSON.parse(keys.out));
    assert.deepEqual(
      StatsKV?.map((row) => [row.Name, row.Count]),
      [['config', 30]],
    );
    const document = shapes.inspect.parse(await at.json(['inspect', path, '--kvdetails']));
    assert.equal(document.source.backupId, manifest.id);
    assert.equal(document.keys?.totalCount, manifest.counts?.KVS);
    const pretty = await at.run(['inspect', manifest.id, '--kvdetails']);
    assert.match(pretty.out, /^ Type +Count +Size\n/m);
    assert.match(pretty.out, /^ Key Name +Count +Size\n/m);
  });

  it("prints exactly Consul's object for the snapshots at hand", async () => {
    const fixtures = join(repositoryRoot, '..', 'shared', 'fixtures', 'consul');
    const pairs = [
      ['consul-1.10-mixed.snap', 'consul-1.10-mixed.kvdetails-depth2.json', '--kvdetails'],
      ['consul-1.8-minimal.snap', 'consul-1.8-minimal.inspect.json'],
    ] as const;
    if (!(await exists(fixtures))) {
      // Without them: one text, whichever way it is asked for.
      const { path, manifest } = await create();
      const flags = ['--format', 'json', '--kvdetails'];
      const one = await at.run(['inspect', manifest.id, ...flags]);
      const other = await at.run(['inspect', path, ...flags, '--kvdepth', '2', '--json']);
      assert.equal(one.out, other.out);
      assert.match(one.out, /^\{\n {3}"Meta": \{\n {6}"ID": "/);
      return;
    }
    for (const [snap, expected, ...flags] of pairs) {
      const { out } = await at.run(['inspect', join(fixtures, snap), '--format', 'json', ...flags]);
      assert.equal(out.trimEnd(), (await readFile(join(fixtures, expected), 'utf8')).trimEnd());
    }
  });

  it('verifies, and ends with 3 for what is damaged, saying what is wrong', async () => {
    const { path, manifest } = await create();
    const good = shapes.verify.parse(await at.json(['verify', manifest.id]));
    assert.equal(good.storedSha256, manifest.sha256.stored);
    const bytes = await readFile(path);
    const cut = join(at.folder, 'cut.snap');
    await writeFile(cut, bytes.subarray(0, bytes.length - 100));
    const file = await at.run(['verify', cut]);
    assert.equal(file.code, 3);
    assert.match(file.out, /^DAMAGED {2}/);
    assert.match(file.err, /\[snapshot\.truncated\]\nNext: /);

    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    await writeFile(path, bytes);
    const damaged = await at.run(['verify', manifest.id, '--json']);
    assert.equal(damaged.code, 3);
    const document = shapes.verify.parse(JSON.parse(damaged.out));
    assert.equal(document.verification.result, 'damaged');
    assert.equal(document.storedSha256, undefined);
    const line = shapes.errorLine.parse(JSON.parse(damaged.err));
    assert.equal(line.code, document.verification.code);
    // It is kept in the manifest.
    const { backups } = shapes.list.parse(await at.json(['list']));
    assert.equal(backups[0]?.manifest.verification?.result, 'damaged');

    const inspected = await at.run(['inspect', manifest.id, '--format', 'json']);
    assert.deepEqual([inspected.code, inspected.out], [3, '']);
    const plan = await at.run(['restore', manifest.id, '--to', 'prod', '--dry-run']);
    assert.equal(plan.code, 3);
    assert.match(plan.out, /^BLOCKED: /m);
    const restore = await at.run(['restore', manifest.id, '--to', 'prod', '--yes']);
    assert.equal(restore.code, 3);
  });

  it('restores: plan, safety backup, the act, the check', async () => {
    const { manifest } = await create();
    const { body } = await consul.request('GET', '/v1/kv/maintenance?raw');
    await consul.request('PUT', '/v1/kv/maintenance', { body: 'something else' });
    await consul.request('PUT', '/v1/kv/added', { body: 'x' });
    const args = ['restore', manifest.id, '--to', 'prod'];
    const dry = shapes.restore.parse(await at.json([...args, '--dry-run']));
    assert.equal(dry.restored, false);
    assert.equal(dry.plan.possible, true);
    const kvs = dry.plan.comparison.find((c) => c.name === 'KVS');
    assert.equal((kvs?.now ?? 0) - (kvs?.after ?? 0), 1);
    assert.equal((await at.run(args)).code, 2);
    assert.equal((await consul.request('GET', '/v1/kv/added')).status, 200);

    const done = shapes.restore.parse(await at.json([...args, '--yes']));
    assert.equal(done.restored, true);
    assert.ok(done.checks?.every((c) => c.found === undefined || c.found === c.expected));
    assert.equal((await consul.request('GET', '/v1/kv/added')).status, 404);
    const after = await consul.request('GET', '/v1/kv/maintenance?raw');
    assert.deepEqual(after.body, body);

    const safety = shapes.show.parse(await at.json(['show', done.safetyBackup ?? '']));
    assert.equal(safety.backup.manifest.origin.kind, 'safety');
    const bare = await at.run([...args, '--yes', '--no-safety-backup']);
    assert.equal(bare.code, 0, bare.err);
    assert.match(bare.out, /NO safety backup/);
    assert.equal(shapes.list.parse(await at.json(['list'])).backups.length, 2);
  });

  it('checks with another token where the one in use does not come back', async () => {
    const { manifest } = await create();
    const reply = await consul.request('PUT', '/v1/acl/token', {
      body: JSON.stringify({ Policies: [{ Name: 'global-management' }] }),
    });
    const { SecretID } = JSON.parse(reply.body.toString()) as { SecretID: string };
    const args = ['restore', manifest.id, '--to', 'prod', '--no-safety-backup'];
    const plan = shapes.restore.parse(await at.json([...args, '--dry-run'], { TOKEN: SecretID }));
    assert.equal(plan.plan.asksForSecret?.field, 'token');
    const { code, out, err } = await at.run([...args, '--yes', '--check-token-env', 'OLD'], {
      TOKEN: SecretID,
      OLD: MASTER,
    });
    assert.equal(code, 0, err);
    assert.match(out, /^KVS +\d+ +\d+$/m);
    assert.ok(!(out + err).includes(SecretID) && !(out + err).includes(MASTER));
  });

  it('takes in what was dropped into the vault by hand', async () => {
    const { path } = await create();
    await mkdir(join(at.vault, 'prod'), { recursive: true });
    const dropped = join(at.vault, 'prod', 'from-elsewhere.snap');
    await copyFile(path, dropped);
    // A file that may still be copied is left alone.
    await delay(2_500);
    // Named before it was ever listed.
    const { backup } = shapes.show.parse(await at.json(['show', 'from-elsewhere.snap']));
    assert.equal(backup.manifest.origin.kind, 'adopted');
    assert.equal(shapes.list.parse(await at.json(['list', 'prod'])).backups.length, 2);
  });

  it('says what is wrong with a token without showing it', async () => {
    const wrong = '11111111-2222-3333-4444-555555555555';
    for (const flags of [[], ['--verbose'], ['--json', '--verbose']]) {
      const { code, out, err } = await at.run(['create', 'prod', ...flags], { TOKEN: wrong });
      assert.ok(code === 1 || code === 3, String(code));
      assert.equal(out, '');
      assert.match(err, /consul\.\w+/);
      assert.ok(!err.includes(wrong));
    }
    assert.deepEqual(await at.vaultFiles(), []);
  });
});
