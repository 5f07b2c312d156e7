import assert from 'node:assert/strict';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ResolvedCluster } from '../../../src/compose/resolvedCluster';
import type { HostedBackup } from '../../../src/core/model';
import { waitFor } from '../../../src/sandbox/parts/wait';
import { startUcpApi } from '../../standins/ucp/apiServer';
import type { UcpApiServer } from '../../standins/ucp/apiServer';
import { context, refused } from '../swarm/support';
import { HostedSite } from './hostedSite';

const BACKUPS = /\/api\/ucp\/backups$/;
const ONE = /^GET \/api\/ucp\/backup\//;
const CREATE = /^POST \/api\/ucp\/backup$/;

describe('UCP: backups over the HTTP API of the stand-in server', function () {
  this.timeout(300_000);
  let site: HostedSite;
  let server: UcpApiServer;
  let folder: string;

  beforeEach(async () => {
    site = await HostedSite.make();
    folder = join(site.folder, 'backups');
    await mkdir(folder);
    server = await startUcpApi({ folder: join(site.folder, 'server') });
  });
  afterEach(async () => {
    assert.deepEqual(server.broken, []);
    await server.close();
    await site.remove();
  });

  const entry = (more: Record<string, unknown> = {}) => ({
    host: `unix://${site.folder}/no-engine.sock`,
    apiAddress: server.address,
    apiUser: server.admin.user,
    apiPassword: { secret: 'password' },
    apiCaFile: server.caFile,
    apiFolder: folder,
    ...more,
  });
  const cluster = (more: Record<string, unknown> = {}, password = server.admin.password) =>
    site.cluster(entry(more), { password, phrase: 'long enough for it' });
  const create = async (of?: ResolvedCluster, run = context(), label?: string) =>
    site.operations.createHosted({ cluster: of ?? (await cluster()), mode: 'api', label }, run);
  const until = (what: string, isSo: () => boolean) =>
    waitFor(what, () => Promise.resolve(isSo() || undefined), { timeoutMs: 60_000, everyMs: 20 });
  const list = async (of?: ResolvedCluster): Promise<HostedBackup[]> =>
    (await site.operations.listHosted({ cluster: of ?? (await cluster()) }, context())).backups;

  it('makes one, follows it to its end and lists it; no token and no password stands anywhere', async () => {
    const made = await create(undefined, undefined, 'nightly');
    assert.equal(made.state, 'ready');
    assert.match(made.name, /^prod-\d{8}T\d{6}Z-nightly\.tar$/);
    assert.deepEqual(await readdir(folder), [made.name]);
    assert.equal(made.encrypted, false);
    assert.match(made.facts.find(([name]) => name === 'Note')?.[1] ?? '', /unencrypted/);
    const [listed, ...more] = await list();
    assert.deepEqual(more, []);
    assert.equal(listed?.id, made.id);
    assert.equal(listed.where, `manager1:${folder}`);
    assert.ok(listed.created !== undefined && listed.finished !== undefined);
    assert.match(String(listed.fetch), /no engine|not reached/i);
    const sent = server.requests.find(({ line }) => CREATE.test(line))?.body ?? '';
    assert.deepEqual(JSON.parse(sent), {
      fileName: made.name,
      hostPath: folder,
      includeLogs: true,
      noPassphrase: true,
    });
    assert.ok(!JSON.stringify([made, listed]).includes(server.admin.password));
  });

  it('gives the passphrase to a product that is to encrypt', async () => {
    const encryption = { passphrase: { secret: 'phrase' } };
    const made = await create(await cluster({ encryptedBy: 'product', encryption }));
    assert.equal(made.encrypted, true);
    assert.ok(!made.facts.some(([name]) => name === 'Note'));
    const sent = server.requests.find(({ line }) => CREATE.test(line))?.body ?? '';
    assert.equal((JSON.parse(sent) as { passphrase: string }).passphrase, 'long enough for it');
    assert.ok(!JSON.stringify(made).includes('long enough'));
  });

  it('says what the product finds wrong with a request, without the passphrase', async () => {
    const encryption = { passphrase: { secret: 'phrase' } };
    const of = await site.cluster(entry({ encryptedBy: 'product', encryption }), {
      password: server.admin.password,
      phrase: 'too short',
    });
    const error = await refused(create(of), 'ucp.apiRefused');
    assert.match(error.message, /at least 12 characters/);
    assert.ok(!error.message.includes('too short'));
  });

  it('never takes a name that is there already', async () => {
    const now = new Date('2026-11-21T12:00:00Z');
    const run = () => ({ ...context(), clock: { now: () => now } });
    const first = await create(undefined, run());
    const second = await create(undefined, run());
    assert.deepEqual(
      [first.name, second.name],
      ['prod-20261121T120000Z.tar', 'prod-20261121T120000Z-2.tar'],
    );
    assert.equal((await readdir(folder)).length, 2);
    assert.deepEqual(
      (await list()).map(({ name }) => name),
      [second.name, first.name],
    );
  });

  it('lists newest first, and shows what is not finished as such', async () => {
    await create();
    server.hold(true);
    const running = create();
    running.catch(() => undefined);
    await until('it to be begun', () => server.backups.length === 2);
    const [newest] = await list();
    assert.equal(newest?.state, 'inProgress');
    assert.equal(newest.stateText, 'IN_PROGRESS');
    assert.equal(newest.finished, undefined);
    assert.equal(newest.fetch, 'It is not finished.');
    server.hold(false);
    await running;
  });

  it('names the backup that is running already, and begins no other', async () => {
    server.hold(true);
    const running = create();
    running.catch(() => undefined);
    await until('it to be begun', () => server.backups.length === 1);
    // Another vault: no lock of ours stands in its way.
    const other = await HostedSite.make();
    try {
      const of = await other.cluster(entry(), { password: server.admin.password });
      const again = other.operations.createHosted({ cluster: of, mode: 'api' }, context());
      const error = await refused(again, 'ucp.busy');
      assert.ok(error.message.includes(server.backups[0]?.fileName ?? '?'), error.message);
    } finally {
      await other.remove();
    }
    assert.equal(server.backups.length, 1);
    server.hold(false);
    await running;
  });

  it('gives the reason of one that failed', async () => {
    server.spoilBackups({ kind: 'fails', shortError: 'no space left on device' });
    const error = await refused(create(), 'ucp.hostedFailed');
    assert.match(error.message, /no space left on device/);
    const [failed] = await list();
    assert.equal(failed?.state, 'failed');
    assert.equal(failed.error, 'no space left on device');
    assert.notEqual(failed.fetch, true);
  });

  it('needs a folder, before anything is asked', async () => {
    await refused(create(await cluster({ apiFolder: undefined })), 'ucp.noFolder');
    assert.deepEqual(server.requests, []);
  });

  it('gets a token anew, once, where it runs out in the middle', async () => {
    server.spoil({ kind: 'tokenRunsOut' }, { line: ONE, times: 1 });
    assert.equal((await create()).state, 'ready');
    const logins = server.requests.filter(({ line }) => line === 'POST /auth/login').length;
    assert.equal(logins, 2);
    server.spoil({ kind: 'tokenRunsOut' }, { line: BACKUPS });
    const before = server.requests.length;
    await refused(list(), 'ucp.apiDenied');
    const asked = server.requests.slice(before).map(({ line }) => line);
    assert.equal(asked.filter((line) => line === 'POST /auth/login').length, 2);
  });

  it('waits out lost connections, failures and pages of HTML while it follows', async () => {
    server.hold(true);
    const running = create();
    running.catch(() => undefined);
    const looks = () => server.requests.filter(({ line }) => ONE.test(line)).length;
    await until('it to be looked at', () => looks() > 0);
    for (const fault of [
      { kind: 'cut', when: 'before' },
      { kind: 'answer', status: 500, body: 'out of order' },
      { kind: 'html', status: 200 },
      { kind: 'answer', status: 503 },
    ] as const) {
      const before = looks();
      server.spoil(fault, { line: ONE });
      await until('a look that fails', () => looks() > before);
    }
    server.spoil(undefined);
    server.hold(false);
    assert.equal((await running).state, 'ready');
  });

  it('finds the backup where the answer to its beginning was lost', async () => {
    server.spoil({ kind: 'cut', when: 'after' }, { line: CREATE, times: 1 });
    assert.equal((await create()).state, 'ready');
    assert.equal(server.backups.length, 1);
    server.spoil({ kind: 'cut', when: 'before' }, { line: CREATE, times: 1 });
    await refused(create(), 'http.reset');
    assert.equal(server.backups.length, 1);
  });

  it('gives up where nothing is heard or nothing changes for as long as the entry says', async () => {
    server.spoilBackups({ kind: 'stuck' });
    const impatient = { timeouts: { silence: 1 } };
    const stuck = await refused(create(await cluster(impatient)), 'ucp.hostedSilent');
    assert.match(stuck.message, /IN_PROGRESS/);
    server.backups.length = 0;
    server.spoil({ kind: 'answer', status: 500, body: 'out of order' }, { line: ONE });
    const silent = await refused(create(await cluster(impatient)), 'ucp.hostedSilent');
    assert.match(silent.message, /out of order/);
  });

  it('does as a limit of requests says, and gives up where it says too much', async () => {
    const limit = (seconds: string) =>
      ({ kind: 'answer', status: 429, headers: { 'retry-after': seconds } }) as const;
    server.spoil(limit('1'), { line: CREATE, times: 1 });
    const began = Date.now();
    assert.equal((await create()).state, 'ready');
    assert.ok(Date.now() - began >= 1000);
    server.spoil(limit('0'), { line: BACKUPS, times: 2 });
    assert.equal((await list()).length, 1);
    server.spoil(limit('3600'), { line: BACKUPS });
    await refused(list(), 'ucp.apiLimited');
  });

  it('tells who may not, wrong passwords, pages of HTML and failures apart', async () => {
    const wrong = await refused(list(await cluster({}, 'not the password')), 'ucp.apiLogin');
    assert.ok(!wrong.message.includes('not the password'));
    const viewer = await cluster({ apiUser: server.user.user }, server.user.password);
    assert.match((await refused(list(viewer), 'ucp.apiDenied')).message, /viewer/);
    server.spoil({ kind: 'html', status: 200 }, { line: BACKUPS });
    assert.match((await refused(list(), 'ucp.notUcp')).message, /a page of HTML/);
    server.spoil({ kind: 'html', status: 500 }, { line: BACKUPS });
    const failed = await refused(list(), 'ucp.apiFailed');
    assert.match(failed.message, /a page of HTML/);
    assert.ok(!failed.message.includes('<'));
    server.spoil({ kind: 'answer', status: 200, body: '{"id":1}' }, { line: BACKUPS });
    await refused(list(), 'ucp.notUcp');
    server.spoil({ kind: 'html', status: 200 }, { line: /login/ });
    await refused(list(), 'ucp.notUcp');
    server.spoil({ kind: 'slow', milliseconds: 300 });
    assert.deepEqual(await list(), []);
    server.spoil({ kind: 'slow', milliseconds: 5000 }, { line: BACKUPS });
    await refused(list(await cluster({ timeouts: { headers: 0.5 } })), 'http.timeout');
  });

  it('verifies the certificate, whatever is said of the engine’s', async () => {
    const other = await cluster({ apiCaFile: server.otherCaFile });
    await refused(list(other), 'http.tlsUntrusted');
    await refused(list(await cluster({ apiCaFile: undefined })), 'http.tlsUntrusted');
    assert.deepEqual(server.requests, []);
  });

  it('takes a client bundle: its certificate, its authority and its address', async () => {
    const bundle = await site.cluster({ clientBundle: server.bundle, apiFolder: folder });
    assert.equal((await create(bundle)).state, 'ready');
    assert.ok(!server.requests.some(({ line }) => line.includes('login')));
    await refused(
      list(await site.cluster({ host: 'unix:///no-engine.sock', apiAddress: server.address })),
      'ucp.apiConnection',
    );
    await refused(list(await site.cluster({ host: 'unix:///nowhere' })), 'ucp.apiConnection');
  });

  it('says that 3.2 is needed where the product is older', async () => {
    const older = await startUcpApi({ folder: join(site.folder, 'older'), version: '3.1.9' });
    try {
      const of = await cluster({ apiAddress: older.address, apiCaFile: older.caFile });
      const error = await refused(list(of), 'ucp.apiTooOld');
      assert.match(error.next, /3\.2 or newer/);
    } finally {
      await older.close();
    }
  });

  it('can be cancelled while it follows, says that the product goes on, and frees the cluster', async () => {
    server.hold(true);
    const abort = new AbortController();
    const running = create(undefined, context(abort.signal));
    running.catch(() => undefined);
    const looks = () => server.requests.filter(({ line }) => ONE.test(line)).length;
    await until('it to be looked at', () => looks() > 0);
    abort.abort();
    const error = await refused(running, 'core.cancelled');
    assert.match(error.message, /The product can't be stopped and goes on/);
    server.hold(false);
    await server.idle();
    assert.equal((await list())[0]?.state, 'ready');
    assert.equal((await create()).state, 'ready');
  });

  it('makes no backup that stays there by the way of those that come here, and the other way round', async () => {
    const of = await cluster();
    const origin = { kind: 'manual' } as const;
    const here = site.operations.backup({ cluster: of, mode: 'api', origin }, context());
    await refused(here, 'core.unsupported');
    const there = site.operations.createHosted({ cluster: of, mode: 'container' }, context());
    await refused(there, 'core.unsupported');
    assert.deepEqual(server.requests, []);
  });
});
