import assert from 'node:assert/strict';
import { chmod, mkdir, readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { IncomingMessage } from 'node:http';
import { startEngine } from '../../../src/sandbox/parts/dockerEngine';
import type { RunningEngine } from '../../../src/sandbox/parts/dockerEngine';
import { makeEngineCertificates } from '../../../src/sandbox/parts/dockerTls';
import { temporaryFolder } from '../../../src/sandbox/parts/folders';
import { silent } from '../../../src/sandbox/parts/log';
import { run } from '../../../src/sandbox/parts/processes';
import { waitFor } from '../../../src/sandbox/parts/wait';
import { startUcpApi } from '../../standins/ucp/apiServer';
import type { ApiServerOptions, UcpApiServer } from '../../standins/ucp/apiServer';
import * as shapes from '../../standins/ucp/apiShapes';
import { installUcp } from '../../standins/ucp/image';

const BACKUP = { passphrase: 'secret12chars', fileName: 'b.tar', includeLogs: false };

interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  body: string;
}

describe('The stand-in of the HTTP API of UCP and MKE', function () {
  this.timeout(300_000);
  let api: UcpApiServer;
  let folder: { path: string; remove: () => Promise<void> };
  let ca: string;
  let token: string;

  const ask = async (
    asked: string,
    body?: unknown,
    tls: { cert?: string; key?: string } = {},
  ): Promise<Answer> => {
    const [method = '', path = ''] = asked.split(' ');
    const authorization = token === '' ? {} : { Authorization: `Bearer ${token}` };
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const url = new URL(path, api.address);
      request(url, { method, ca, agent: false, headers: authorization, ...tls }, resolve)
        .once('error', reject)
        .end(body === undefined ? '' : JSON.stringify(body));
    });
    return {
      status: answer.statusCode ?? 0,
      headers: answer.headers,
      body: await text(answer),
    };
  };
  const logIn = async (): Promise<void> => {
    token = '';
    const given = await ask('POST /auth/login', {
      username: api.admin.user,
      password: api.admin.password,
    });
    token = shapes.loginReply.parse(JSON.parse(given.body)).auth_token;
  };
  const begin = async (body: object): Promise<string> => {
    const given = await ask('POST /api/ucp/backup', body);
    assert.equal(given.status, 200, given.body);
    return shapes.backupCreated.parse(JSON.parse(given.body)).backupId;
  };
  const look = async (id: string): Promise<shapes.Backup> =>
    shapes.backup.parse(JSON.parse((await ask(`GET /api/ucp/backup/${id}`)).body));
  const ended = (id: string): Promise<shapes.Backup> =>
    waitFor(
      'the backup to end',
      async () => {
        const backup = await look(id);
        return backup.backupState === 'IN_PROGRESS' ? undefined : backup;
      },
      { timeoutMs: 60_000 },
    );

  const start = async (options: Partial<ApiServerOptions> = {}): Promise<void> => {
    folder = await temporaryFolder('ucp-api-test');
    api = await startUcpApi({ folder: join(folder.path, 'api'), node: 'node1', ...options });
    ca = await readFile(api.caFile, 'utf8');
    await logIn();
  };
  const stop = async (): Promise<void> => {
    await api.close();
    await folder.remove();
    assert.deepEqual(api.broken, []);
  };

  describe('without an engine', () => {
    before(() => start());
    beforeEach(logIn);
    after(stop);

    const valid = (): object => ({ ...BACKUP, hostPath: folder.path });

    it('lets in who is logged in or shows a certificate of its authority', async () => {
      token = '';
      assert.equal((await ask('GET /_ping')).body, 'OK');
      assert.equal((await ask('GET /api/ucp/backups')).status, 401);
      const wrong = { username: api.admin.user, password: 'wrong' };
      assert.equal((await ask('POST /auth/login', wrong)).status, 401);
      const bundle = async (of: string): Promise<{ cert: string; key: string }> => ({
        cert: await readFile(join(of, 'cert.pem'), 'utf8'),
        key: await readFile(join(of, 'key.pem'), 'utf8'),
      });
      const own = await bundle(api.bundle);
      assert.equal((await ask('GET /api/ucp/backups', undefined, own)).status, 200);
      const others = await makeEngineCertificates(folder.path, ['IP:127.0.0.1'], silent);
      const foreign = await bundle(others.folder);
      await assert.rejects(ask('GET /api/ucp/backups', undefined, foreign));
    });

    it('makes a backup, whatever the case of the names', async () => {
      const { fileName, ...rest } = BACKUP;
      const id = await begin({ ...rest, HostPath: folder.path, filename: fileName, encrypted: 1 });
      const backup = await ended(id);
      assert.deepEqual(
        { ...backup, created_at: '', completed_at: '' },
        {
          ...{ id, encrypted: true, fileName: 'b.tar', logFileName: '', backupPath: folder.path },
          ...{ backupState: 'SUCCESS', nodeLocation: 'node1', shortError: '' },
          ...{ created_at: '', completed_at: '' },
        },
      );
      assert.ok(backup.completed_at >= backup.created_at);
      assert.equal(await readFile(join(folder.path, 'b.tar'), 'utf8'), 'a backup\n');
      const all = shapes.backups.parse(JSON.parse((await ask('GET /api/ucp/backups')).body));
      assert.deepEqual(all, [backup]);
    });

    it('refuses what is not valid, and what is not there', async () => {
      for (const change of [
        { noPassphrase: true },
        { passphrase: 'short' },
        { passphrase: '' },
        { fileName: '../b.tar' },
        { hostPath: 'here' },
        { includeLogs: 'yes' },
      ]) {
        const { status } = await ask('POST /api/ucp/backup', { ...valid(), ...change });
        assert.equal(status, 400, JSON.stringify(change));
      }
      assert.equal((await ask('GET /api/ucp/backup/none')).status, 404);
      assert.equal((await ask('DELETE /api/ucp/backups')).status, 404);
    });

    it('fails as it is told', async () => {
      const list = 'GET /api/ucp/backups';
      const statuses = async (): Promise<number[]> => [
        (await ask(list)).status,
        (await ask(list)).status,
      ];
      api.spoil({ kind: 'tokenRunsOut' }, { line: /backups/, times: 1 });
      assert.deepEqual(await statuses(), [401, 401]);
      await logIn();
      api.spoil({ kind: 'answer', status: 500 }, { times: 1 });
      assert.deepEqual(await statuses(), [500, 200]);
      api.spoil({ kind: 'answer', status: 429, headers: { 'Retry-After': '3' } });
      const busy = await ask(list);
      assert.deepEqual([busy.status, busy.headers['retry-after']], [429, '3']);
      api.spoil({ kind: 'html', status: 502 });
      assert.match((await ask(list)).headers['content-type'] ?? '', /html/);
      api.spoil({ kind: 'slow', milliseconds: 300 });
      const begun = performance.now();
      assert.equal((await ask(list)).status, 200);
      assert.ok(performance.now() - begun >= 290);
      const known = api.backups.length;
      for (const when of ['before', 'after'] as const) {
        api.spoil({ kind: 'cut', when });
        await assert.rejects(begin(valid()));
        assert.equal(api.backups.length, known + (when === 'after' ? 1 : 0));
      }
      api.spoil(undefined);
      await api.idle();

      api.spoilBackups({ kind: 'fails', shortError: 'no space left on device' });
      const failed = await ended(await begin(valid()));
      assert.equal(failed.backupState, 'FAILED');
      assert.equal(failed.shortError, 'no space left on device');
      api.spoilBackups({ kind: 'stuck' });
      const stuck = await look(await begin(valid()));
      assert.equal(stuck.backupState, 'IN_PROGRESS');
      assert.equal(stuck.completed_at, shapes.NOT_FINISHED);
      const second = await ask('POST /api/ucp/backup', valid());
      assert.match(`${second.status} ${second.body}`, /500 .*another backup is in progress/);
    });
  });

  describe('with an engine', () => {
    let engine: RunningEngine;
    before(async () => {
      engine = await startEngine({ hostname: 'node1' });
      await installUcp(engine, '3.2.4');
      await start({ engine, version: '3.2.4' });
    });
    after(async () => {
      await stop();
      await engine.stop();
    });

    it("writes a real one to the manager's disk, where nobody may write", async () => {
      const hostPath = join(engine.folder, 'backups');
      await mkdir(hostPath);
      const body = { noPassphrase: true, fileName: 'b.tar', hostPath, includeLogs: true };
      const failed = await ended(await begin(body));
      assert.match(failed.shortError, /permission denied for nobody:nogroup/);
      await chmod(hostPath, 0o777);
      const backup = await ended(await begin(body));
      assert.deepEqual([backup.backupState, backup.nodeLocation], ['SUCCESS', 'node1']);
      const members = await run('tar', ['-tf', join(hostPath, 'b.tar')]);
      assert.match(members, /^\.\/ucp-controller-server-certs\/key\.pem$/m);
      const wrong = await ended(await begin({ ...BACKUP, hostPath: '/not/there' }));
      assert.match(wrong.shortError, /bind source path does not exist/);
      assert.ok(!wrong.shortError.includes(BACKUP.passphrase));
    });
  });
});
