import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ResolvedCluster } from '../../../src/compose/resolvedCluster';
import { refused } from '../../support/refused';
import { DcosSite, LIST, LOGIN, PASSWORD } from './site';

describe('DC/OS: logging in at the stand-in', function () {
  this.timeout(120_000);
  let site: DcosSite;

  before(async () => {
    site = await DcosSite.make({ tls: true });
  });
  after(() => site.remove());
  beforeEach(() => {
    site.server.keep('good-day');
  });
  afterEach(async () => {
    assert.deepEqual(site.server.broken, []);
    site.server.spoil(undefined);
    site.server.settings.tokenSeconds = 5 * 24 * 3600;
    await site.clear();
  });

  const cluster = (
    fields: Record<string, unknown>,
    secrets: Record<string, string> = {},
  ): Promise<ResolvedCluster> => site.cluster({ caFile: site.server.caFile, ...fields }, secrets);
  const byPassword = (password = site.server.admin.password) =>
    cluster({ user: site.server.admin.user, password: PASSWORD }, { password });
  const byToken = (token: string) => cluster({ token: { secret: 'token' } }, { token });
  const logins = () => site.asked(LOGIN).length;
  const lists = async (of: ResolvedCluster) =>
    assert.equal((await site.list(of)).backups.length, 1);

  it('is done by user and password, once for all that follows', async () => {
    site.server.revokeTokens();
    const of = await byPassword();
    await lists(of);
    const before = logins();
    await lists(of);
    await lists(of);
    assert.equal(logins(), before);
    assert.ok(site.asked(LIST).every(({ auth }) => auth === 'token'));
  });

  it('is done by a service account, its key given or in a file', async () => {
    const { id, privateKey } = site.server.service;
    await lists(
      await cluster({ serviceAccount: id, privateKey: { secret: 'key' } }, { key: privateKey }),
    );
    const privateKeyFile = join(site.folder, 'service.pem');
    await writeFile(privateKeyFile, privateKey);
    await lists(await cluster({ serviceAccount: id, privateKeyFile }));
    assert.ok(logins() > 0);
    const of = await cluster(
      { serviceAccount: 'nobody', privateKey: { secret: 'key' } },
      { key: privateKey },
    );
    const error = await refused(site.list(of), 'dcos.badLogin');
    assert.match(
      error.message,
      /"nobody".*status 401: Unauthorized; The credentials are not known/,
    );
    assert.match(error.next, /clock/);
  });

  it('is not needed with a token of one’s own, which says so when it runs out', async () => {
    const { server } = site;
    const { user } = server.admin;
    const token = await server.token(user, 3600);
    await lists(await byToken(token));
    assert.equal(logins(), 0);
    const old = await refused(
      site.list(await byToken(await server.token(user, -60))),
      'dcos.tokenExpired',
    );
    assert.match(old.message, /ran out on \d{4}-\d\d-\d\dT/);
    assert.match(old.next, /dcos config show core\.dcos_acs_token/);
    server.revokeTokens();
    const revoked = await refused(site.list(await byToken(token)), 'dcos.tokenExpired');
    assert.match(revoked.message, /the token of the entry is not logged in there/);
    const none = await refused(site.list(await byToken('not-a-token-at-all')), 'dcos.tokenExpired');
    assert.ok(!none.message.includes('not-a-token-at-all'));
    assert.equal(logins(), 0);
  });

  it('is done anew before a token runs out', async () => {
    site.server.revokeTokens();
    // Within the time in which one is no longer used: each is replaced before the next question.
    site.server.settings.tokenSeconds = 30;
    const of = await byPassword();
    await site.list(of);
    const before = logins();
    await site.list(of);
    assert.ok(logins() > before);
    // Nobody was refused meanwhile: it was not the 401 that told.
    assert.ok(site.asked(LIST).length <= 4, String(site.asked(LIST).length));
  });

  it('is done anew once after a 401, and not for ever', async () => {
    const of = await byPassword();
    await lists(of);
    const before = logins();
    site.server.spoil({ kind: 'tokensRunOut' }, { line: LIST });
    const asked = site.asked(LIST).length;
    await refused(site.list(of), 'dcos.denied');
    assert.equal(logins(), before + 1);
    assert.equal(site.asked(LIST).length, asked + 2);
  });

  it('is waited for where the login itself fails for a while', async () => {
    site.server.revokeTokens();
    site.server.spoil({ kind: 'html', status: 503 }, { line: LOGIN, times: 2 });
    await lists(await byPassword());
    site.server.revokeTokens();
    site.server.spoil({ kind: 'html', status: 500 }, { line: LOGIN });
    await refused(site.list(await byPassword()), 'dcos.failed');
    site.server.spoil(undefined);
    site.server.spoil({ kind: 'html', status: 200 }, { line: LOGIN });
    await refused(site.list(await byPassword()), 'dcos.notDcos');
  });

  it('is refused with what is wrong, and without the password', async () => {
    const error = await refused(site.list(await byPassword('not that one')), 'dcos.badLogin');
    assert.match(error.message, /"bootstrapuser"/);
    assert.ok(!error.message.includes('not that one'));
    const both = await cluster(
      { user: 'me', password: PASSWORD, token: { secret: 'token' } },
      { password: 'x', token: 'y' },
    );
    await refused(site.list(both), 'dcos.badConnection');
  });

  it('is not begun where the certificate is not that of the CA', async () => {
    const { admin, otherCaFile } = site.server;
    const fields = { user: admin.user, password: PASSWORD };
    const secrets = { password: admin.password };
    await refused(
      site.list(await cluster({ ...fields, caFile: otherCaFile }, secrets)),
      'http.tlsUntrusted',
    );
    await refused(
      site.list(await cluster({ ...fields, caFile: undefined }, secrets)),
      'http.tlsUntrusted',
    );
    await refused(
      site.list(await cluster({ ...fields, caFile: join(site.folder, 'none') }, secrets)),
      'http.badCaFile',
    );
    assert.deepEqual(site.server.requests, []);
  });

  it('leaves no secret in journal, log, state or errors', async () => {
    const { server } = site;
    server.revokeTokens();
    const of = await byPassword();
    await site.create('nightly', of);
    server.spoil({ kind: 'tokensRunOut' }, { line: LIST });
    await refused(site.list(of), 'dcos.denied');
    server.spoil(undefined);
    const token = await server.token(server.admin.user, 3600);
    const echo = {
      kind: 'answer',
      status: 500,
      body: `{"errors":["bad token ${token}"]}`,
    } as const;
    server.spoil(echo, { line: LIST });
    const echoed = await refused(site.list(await byToken(token)), 'dcos.failed');
    assert.match(echoed.message, /bad token •••/);
    const secrets = [server.admin.password, token, 'eyJ'];
    for (const request of server.requests) {
      for (const secret of secrets) assert.ok(!request.path.includes(secret), request.path);
    }
    const traces = (await site.traces()).replaceAll(echoed.message, '');
    assert.match(traces, /nightly/);
    for (const secret of secrets) {
      const at = traces.indexOf(secret);
      assert.equal(at, -1, traces.slice(Math.max(0, at - 200), at));
    }
  });
});

describe('DC/OS: the open edition', function () {
  this.timeout(180_000);
  let site: DcosSite;
  before(async () => {
    site = await DcosSite.make({ variant: 'open', version: '1.13.5' });
  });
  after(() => site.remove());

  it('is told as such, by whatever its routers answer', async () => {
    for (const ask of [() => site.list(), () => site.create('nightly'), () => site.plan('any')]) {
      const error = await refused(ask(), 'dcos.openEdition');
      assert.match(error.message, /open edition of DC\/OS 1\.13\.5/);
      assert.match(error.next, /export/i);
    }
    const cluster = await site.cluster();
    const plan = await site.operations.planBackup({ cluster, mode: 'service' }, site.context());
    assert.deepEqual(
      plan.items.filter(({ severity }) => severity === 'blocker').map(({ code }) => code),
      ['dcos.openEdition'],
    );
    const { warnings } = await site.operations.status({ cluster }, site.context());
    assert.match(warnings.join(), /open edition/);
  });
});
