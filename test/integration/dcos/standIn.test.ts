import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { request as plain } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { request as secure } from 'node:https';
import type { BackupMetadata, DcosStandIn, DcosStandInOptions } from '../../standins/dcos/contract';
import { startDcosStandIn } from '../../standins/dcos/server';

const BACKUP = '/system/v1/backup/v1';
const GROUPS = '/service/marathon/v2/groups';

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** Asks as plainly as can be: nothing of ours stands between. */
function ask(
  standIn: DcosStandIn,
  line: string,
  more: { headers?: Record<string, string>; body?: string; ca?: string; chunked?: boolean } = {},
): Promise<Answer> {
  const [method, path = '/'] = line.split(' ');
  const { headers = {}, body, ca, chunked = false } = more;
  return new Promise((resolve, reject) => {
    const send = standIn.address.startsWith('https') ? secure : plain;
    const request = send(
      `${standIn.address}${path}`,
      {
        method,
        agent: false,
        ...(ca === undefined ? {} : { ca }),
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(body === undefined || chunked ? {} : { 'content-length': Buffer.byteLength(body) }),
          ...(chunked ? { 'transfer-encoding': 'chunked' } : {}),
          ...headers,
        },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (piece: string) => (text += piece));
        response.on('error', reject);
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        });
      },
    );
    request.on('error', reject);
    if (chunked) request.write(body);
    request.end(chunked ? undefined : body);
  });
}

describe('Stand-in of DC/OS', () => {
  let standIn: DcosStandIn;
  let headers: Record<string, string>;

  const start = async (options: DcosStandInOptions = {}) => {
    standIn = await startDcosStandIn(options);
    headers = { authorization: `token=${await standIn.token(standIn.admin.user)}` };
  };
  afterEach(async () => {
    assert.deepEqual(standIn.broken, []);
    await standIn.close();
  });

  const call = (line: string, body?: unknown) =>
    ask(standIn, line, { headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const list = async (prefix = '') => {
    const answer = await call(`GET ${BACKUP}/list?prefix=${prefix}`);
    assert.equal(answer.status, 200, answer.text);
    return JSON.parse(answer.text) as BackupMetadata[];
  };
  const create = async (label: string) => {
    const answer = await call(`POST ${BACKUP}/create`, { label });
    assert.equal(answer.status, 200, answer.text);
    return JSON.parse(answer.text) as BackupMetadata;
  };
  const isPage = ({ headers: told, text }: Answer) =>
    told['content-type'] === 'text/html; charset=UTF-8' && text.startsWith('<!DOCTYPE html>');

  it('says version, edition and ways to log in to anybody', async () => {
    await start({ version: '1.13.5' });
    const { text } = await ask(standIn, 'GET /dcos-metadata/dcos-version.json');
    const told = JSON.parse(text) as Record<string, string>;
    assert.equal(told['version'], '1.13.5');
    assert.equal(told['dcos-variant'], 'enterprise');
    const providers = await ask(standIn, 'GET /acs/api/v1/auth/providers');
    assert.match(providers.text, /dcos-uid-password.*dcos-uid-servicekey/);
  });

  it('logs in with a password, and with what a service account signed', async () => {
    await start({ tokenSeconds: 600 });
    const logIn = (body: unknown) =>
      ask(standIn, 'POST /acs/api/v1/auth/login', { body: JSON.stringify(body) });
    const { user: uid, password } = standIn.admin;
    assert.equal((await logIn({ uid, password: 'wrong' })).status, 401);
    const { status, text } = await logIn({ uid, password });
    assert.equal(status, 200);
    const { token } = JSON.parse(text) as { token: string };
    const { decodeJwt, SignJWT } = await import('jose');
    const { exp = 0, uid: who } = decodeJwt(token);
    assert.equal(who, uid);
    assert.ok(Math.abs(exp - Date.now() / 1000 - 600) < 60);

    const { createPrivateKey } = await import('node:crypto');
    const sign = (claims: Record<string, unknown>, exp?: number) => {
      const jwt = new SignJWT(claims).setProtectedHeader({ alg: 'RS256', typ: 'JWT' });
      if (exp !== undefined) jwt.setExpirationTime(Math.floor(Date.now() / 1000) + exp);
      return jwt.sign(createPrivateKey(standIn.service.privateKey));
    };
    const { id } = standIn.service;
    assert.equal((await logIn({ uid: id, token: await sign({ uid: id }) })).status, 401);
    assert.equal((await logIn({ uid: id, token: await sign({ uid: id }, -60) })).status, 401);
    assert.equal((await logIn({ uid: id, token: await sign({ uid }, 300) })).status, 401);
    assert.equal((await logIn({ uid, token: await sign({ uid }, 300) })).status, 401);
    assert.equal((await logIn({ uid: id, token: await sign({ uid: id }, 300) })).status, 200);
    assert.ok(!JSON.stringify(standIn.requests).includes(password));
    assert.ok(!JSON.stringify(standIn.requests).includes(token));
  });

  it('takes the token in three ways, refuses others by pages of HTML', async () => {
    await start();
    const path = `GET ${BACKUP}/list`;
    const token = await standIn.token(standIn.admin.user);
    const statusWith = async (given: Record<string, string>) => {
      const answer = await ask(standIn, path, { headers: given });
      if (answer.status !== 200) {
        assert.ok(isPage(answer));
        assert.equal(answer.headers['www-authenticate'], 'acsjwt');
      }
      return answer.status;
    };
    assert.equal(await statusWith({ authorization: `token=${token}` }), 200);
    assert.equal(await statusWith({ authorization: `Bearer ${token}` }), 200);
    const cookie = `dcos-acs-auth-cookie=${token}`;
    assert.equal(await statusWith({ cookie }), 200);
    assert.equal(await statusWith({ cookie, authorization: 'token=nonsense' }), 401);
    assert.equal(await statusWith({}), 401);
    const expired = await standIn.token(standIn.admin.user, -1);
    assert.equal(await statusWith({ authorization: `token=${expired}` }), 401);
    const viewer = await standIn.token(standIn.viewer.user);
    assert.equal(await statusWith({ authorization: `token=${viewer}` }), 403);
    standIn.revokeTokens();
    assert.equal(await statusWith({ authorization: `token=${token}` }), 401);
    assert.deepEqual(
      standIn.requests.map(({ auth }) => auth),
      ['token', 'bearer', 'cookie', 'token', 'none', 'token', 'token', 'token'],
    );
  });

  it('who may use the backup service need not see Marathon', async () => {
    await start();
    headers = { authorization: `token=${await standIn.token(standIn.operator.user)}` };
    assert.equal((await call(`GET ${BACKUP}/list`)).status, 200);
    assert.equal((await call(`GET ${GROUPS}`)).status, 403);
  });

  it('makes a backup that is ready after a while, with nanoseconds', async () => {
    await start();
    const begun = await create('nightly');
    assert.match(begun.id, /^nightly-[0-9a-f-]{36}$/);
    assert.equal(begun.status, 'STATUS_BACKING_UP');
    assert.match(begun.timestamp, /\.\d{9}Z$/);
    assert.equal(begun.dcos_version, '2.1');
    const seen: (string | undefined)[] = [];
    for (let look = 0; look < 4; look++) {
      const [one] = await list(begun.id);
      assert.equal(one?.component_status['marathon']?.status, one?.status);
      seen.push(one?.status);
    }
    const [working, ready] = ['STATUS_BACKING_UP', 'STATUS_READY'];
    assert.deepEqual(seen, [working, working, ready, ready]);
  });

  it('lists by a prefix, which fits more than one', async () => {
    await start();
    const [one, two, other] = [standIn.keep('foo'), standIn.keep('foobar'), standIn.keep('bar')];
    assert.deepEqual(
      (await list('foo')).map(({ id }) => id),
      [one, two],
    );
    assert.deepEqual(
      (await list()).map(({ id }) => id),
      [one, two, other],
    );
    assert.deepEqual(
      (await list(one)).map(({ id }) => id),
      [one],
    );
  });

  it('refuses labels by the stricter rule, as JSON', async () => {
    await start();
    for (const label of ['ab', 'x'.repeat(26), '..a', '.ab', 'a.b', '-ab', 'a b', 'ü12']) {
      const { status, text } = await call(`POST ${BACKUP}/create`, { label });
      assert.equal(status, 400, label);
      assert.match((JSON.parse(text) as { errors: string[] }).errors[0] ?? '', /label/);
    }
    for (const label of ['abc', 'a_b', '__.', 'x'.repeat(25), 'ab.-']) await create(label);
    assert.equal((await call(`POST ${BACKUP}/create`, {})).status, 400);
  });

  it('deletes what a body with a length names, and nothing else', async () => {
    await start();
    const id = standIn.keep('old');
    const path = `DELETE ${BACKUP}/delete`;
    const body = JSON.stringify({ id });
    assert.equal((await ask(standIn, path, { headers, body, chunked: true })).status, 411);
    const empty = { ...headers, 'content-length': '0', 'content-type': 'application/json' };
    assert.equal((await ask(standIn, path, { headers: empty })).status, 400);
    assert.equal((await call(path, { id: id.replace(/.$/, 'x') })).status, 400);
    assert.equal(standIn.backups.length, 1);
    const done = await ask(standIn, path, { headers, body });
    assert.deepEqual([done.status, done.text], [200, '']);
    assert.deepEqual(await list(), []);
  });

  it('restores what Marathon held then; the backup stays ready and `restores` tells', async () => {
    await start();
    const { id } = await create('before');
    for (let look = 0; look < 3; look++) await list(id);
    const before = structuredClone(standIn.groups);
    standIn.groups.apps = [];
    assert.equal((await call(`POST ${BACKUP}/restore`, { id })).status, 200);
    const [during] = await list(id);
    assert.equal(during?.status, 'STATUS_READY');
    const restoring = { component_status: { marathon: { status: 'STATUS_RESTORING' } } };
    assert.deepEqual(during.restores, restoring);
    assert.deepEqual(standIn.groups.apps, []);
    await list(id);
    const [done] = await list(id);
    assert.deepEqual(done?.restores, {
      component_status: { marathon: { status: 'STATUS_READY' } },
    });
    assert.deepEqual(standIn.groups, before);
  });

  it('tells restores as an array, or by the backup’s own status', async () => {
    await start({ restores: 'array', restore: { looks: 0, milliseconds: 0 } });
    const id = standIn.keep('one');
    for (const count of [1, 2]) {
      await call(`POST ${BACKUP}/restore`, { id });
      const [told] = await list(id);
      const restores = [told?.restores ?? []].flat();
      assert.deepEqual(
        restores.map(({ status }) => status),
        Array(count).fill('STATUS_READY'),
      );
    }
    standIn.settings.restores = 'none';
    standIn.settings.ownStatus = 'tells';
    standIn.settings.restore = { looks: 1, milliseconds: 0 };
    const other = standIn.keep('two');
    await call(`POST ${BACKUP}/restore`, { id: other });
    const told = async () => {
      const [one] = await list(other);
      assert.equal(one?.restores, undefined);
      return one?.status;
    };
    assert.deepEqual([await told(), await told()], ['STATUS_RESTORING', 'STATUS_READY']);
  });

  it('a backup fails with its reason, a restore fails and changes nothing, or nothing ever moves', async () => {
    await start({ backup: { looks: 0, milliseconds: 0 }, restore: { looks: 0, milliseconds: 0 } });
    standIn.spoilBackups({ kind: 'fails', reason: 'no space left on device' });
    const { id } = await create('full');
    const [failed] = await list(id);
    assert.equal(failed?.status, 'STATUS_ERROR');
    const component = { status: 'STATUS_ERROR', error: 'no space left on device' };
    assert.deepEqual(failed.component_status['marathon'], component);
    assert.equal((await call(`POST ${BACKUP}/restore`, { id })).status, 400);

    standIn.spoilBackups({ kind: 'stuck' });
    const stuck = await create('stuck');
    for (let look = 0; look < 5; look++) {
      assert.equal((await list(stuck.id))[0]?.status, 'STATUS_BACKING_UP');
    }

    standIn.spoilRestores({ kind: 'fails', reason: 'no leader' });
    const sound = standIn.keep('sound');
    standIn.groups.apps = [];
    await call(`POST ${BACKUP}/restore`, { id: sound });
    const [after] = await list(sound);
    assert.equal(after?.status, 'STATUS_READY');
    assert.match(JSON.stringify(after.restores), /STATUS_ERROR.*no leader/);
    assert.deepEqual(standIn.groups.apps, []);
  });

  it('Marathon restarts at backup and restore: gateway errors, as pages', async () => {
    await start({ away: { requests: 4, milliseconds: 0, service: true } });
    await create('here');
    const seen: number[] = [];
    for (const line of [
      `GET ${GROUPS}`,
      `GET ${BACKUP}/list`,
      `GET ${GROUPS}`,
      `GET ${BACKUP}/list`,
    ]) {
      const answer = await call(line);
      assert.ok(isPage(answer));
      seen.push(answer.status);
    }
    assert.deepEqual(seen, [502, 503, 504, 502]);
    assert.equal((await call(`GET ${GROUPS}`)).status, 200);
    standIn.settings.away = { requests: 1, milliseconds: 0, service: false };
    await create('there');
    assert.equal((await call(`GET ${BACKUP}/list`)).status, 200);
    assert.equal((await call(`GET ${GROUPS}`)).status, 502);
  });

  it('backups lie with the master that made them', async () => {
    await start({ masters: 2 });
    const { id } = await create('mine');
    standIn.settings.master = 1;
    assert.deepEqual(await list(), []);
    standIn.settings.master = 'alternating';
    const lengths = [(await list(id)).length, (await list(id)).length];
    assert.deepEqual(lengths.sort(), [0, 1]);
  });

  it('Marathon tells what is asked for, and adds to it', async () => {
    await start();
    const told = async (query: string) =>
      JSON.parse((await call(`GET ${GROUPS}${query}`)).text) as Record<string, unknown>;
    assert.deepEqual(Object.keys(await told('')), ['id', 'dependencies', 'version', 'enforceRole']);
    const embed = '?embed=group.groups&embed=group.apps&embed=group.pods';
    const text = JSON.stringify(await told(embed));
    assert.match(text, /"\/shop\/web"/);
    assert.match(text, /"versionInfo"/);
    assert.doesNotMatch(text, /tasksRunning|lastTaskFailure/);
    standIn.settings.tellsAll = true;
    const all = JSON.stringify(await told(embed));
    for (const field of [
      'tasksRunning',
      'deployments',
      'lastTaskFailure',
      'readinessCheckResults',
    ]) {
      assert.ok(all.includes(`"${field}"`), field);
    }
    const leader = await call('GET /service/marathon/v2/leader');
    assert.match(leader.text, /"leader"/);
  });

  it('has faults, one after another and for the lines that are meant', async () => {
    await start();
    const line = `GET ${BACKUP}/list`;
    const fails = (told: RegExp) => assert.rejects(call(line), told);
    standIn.spoil({ kind: 'html', status: 500 }, { line: /\/list/, times: 1, after: 1 });
    assert.equal((await call(line)).status, 200);
    assert.equal((await call(`GET ${GROUPS}`)).status, 200);
    const page = await call(line);
    assert.deepEqual([page.status, isPage(page)], [500, true]);
    assert.equal((await call(line)).status, 200);

    standIn.spoil({ kind: 'limited', retryAfter: 3 }, { times: 1 });
    const limited = await call(line);
    assert.deepEqual([limited.status, limited.headers['retry-after']], [429, '3']);
    const when = new Date(Date.UTC(2030, 1, 1));
    standIn.spoil({ kind: 'limited', retryAfter: when }, { times: 1 });
    assert.equal((await call(line)).headers['retry-after'], 'Fri, 01 Feb 2030 00:00:00 GMT');

    standIn.spoil({ kind: 'answer', status: 500, body: '{"errors":["boom"]}' }, { times: 1 });
    assert.equal((await call(line)).text, '{"errors":["boom"]}');

    const create = (label: string) => call(`POST ${BACKUP}/create`, { label });
    standIn.spoil({ kind: 'cut', when: 'before' }, { times: 1 });
    await assert.rejects(create('abc'), /ECONNRESET|hang up/);
    assert.equal(standIn.backups.length, 0);
    standIn.spoil({ kind: 'cut', when: 'after' }, { times: 1 });
    await assert.rejects(create('abc'), /ECONNRESET|hang up/);
    assert.equal(standIn.backups.length, 1);
    standIn.spoil({ kind: 'cut', when: 'inBody' }, { times: 1 });
    await fails(/aborted|ECONNRESET/);

    standIn.spoil({ kind: 'slow', milliseconds: 60 }, { times: 1 });
    const begun = performance.now();
    assert.equal((await call(line)).status, 200);
    assert.ok(performance.now() - begun >= 55);

    standIn.spoil({ kind: 'tokensRunOut' }, { times: 1 });
    assert.equal((await call(line)).status, 401);
    assert.equal((await call(line)).status, 401);
    headers = { authorization: `token=${await standIn.token(standIn.admin.user)}` };
    assert.equal((await call(line)).status, 200);
  });

  it('an open DC/OS has Marathon and no backup service', async () => {
    await start({ variant: 'open' });
    const { text } = await ask(standIn, 'GET /dcos-metadata/dcos-version.json');
    assert.match(text, /"dcos-variant":"open"/);
    const gone = await call(`GET ${BACKUP}/list`);
    assert.deepEqual([gone.status, isPage(gone)], [404, true]);
    assert.equal((await call(`GET ${GROUPS}`)).status, 200);
  });

  it('speaks HTTPS with a CA of its own, which it offers itself', async () => {
    await start({ tls: true });
    await assert.rejects(call('GET /dcos-metadata/dcos-version.json'), /self.signed|unable to/);
    const ca = await readFile(standIn.caFile, 'utf8');
    const told = await ask(standIn, 'GET /ca/dcos-ca.crt', { ca });
    assert.equal(told.text, ca);
    const other = await readFile(standIn.otherCaFile, 'utf8');
    await assert.rejects(ask(standIn, 'GET /ca/dcos-ca.crt', { ca: other }));
  });

  it('comes with content to try out', async () => {
    await start({ tryOut: true });
    const told = await list();
    assert.deepEqual(
      told.map(({ status }) => status),
      ['STATUS_READY', 'STATUS_READY', 'STATUS_ERROR'],
    );
    assert.ok(told.some(({ restores }) => restores !== undefined));
  });
});
