import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createHooks } from '../../../src/compose/agent/hooks';
import { callWebhook } from '../../../src/compose/agent/webhook';
import type { AgentCluster, AgentEvent } from '../../../src/core/agent/ports';
import type { ClusterConfig } from '../../../src/core/config/parse';
import type { Hook, PolicyConfig } from '../../../src/core/config/policy';
import { isClusterBackupError, toErrorInfo } from '../../../src/core/errors';
import { VERSION } from '../../../src/core/version';
import { event, memoryLog } from './fixtures';

const never = new AbortController().signal;

describe('hooks and notices', function () {
  this.timeout(60_000);
  let server: Server;
  let origin: string;
  let answer: RequestListener;
  let bodies: Record<string, unknown>[];
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hooks-'));
    bodies = [];
    answer = (_request, response) => response.end();
    server = createServer((request, response) => {
      let text = '';
      request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      request.on('end', () => {
        if (request.method === 'POST') bodies.push(JSON.parse(text) as Record<string, unknown>);
        answer(request, response);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true, force: true });
  });

  describe('a webhook', () => {
    const call = (path: string, options: { timeout?: number; signal?: AbortSignal } = {}) =>
      callWebhook(`${origin}${path}`, event(), options.timeout ?? 20_000, options.signal ?? never);
    const failing = async (promise: Promise<void>) => {
      const error = toErrorInfo(
        await promise.then(
          () => undefined,
          (thrown: unknown) => thrown,
        ),
      );
      // Nothing but the origin, wherever it is told.
      assert.doesNotMatch(`${error.message} ${error.next} ${error.detail ?? ''}`, /T0|geheim/);
      return error;
    };

    it('gets what happened as JSON, and any 2xx is good', async () => {
      let type: string | undefined;
      let path: string | undefined;
      answer = (request, response) => {
        type = request.headers['content-type'];
        path = request.url;
        response.writeHead(202).end('taken');
      };
      const error = { code: 'http.unreachable', message: 'Gone.', next: 'Look.' };
      const told = event({ schedule: '1d', backupId: 'B', error });
      await callWebhook(`${origin}/T0?x=1&y`, told, 20_000, never);
      assert.equal(type, 'application/json');
      assert.equal(path, '/T0?x=1&y');
      const { kind, ...rest } = told;
      assert.deepEqual(bodies, [{ event: kind, ...rest, version: VERSION }]);
    });

    it('gives name and password of its address as such', async () => {
      let given: string | undefined;
      answer = (request, response) => {
        given = request.headers.authorization;
        response.end();
      };
      const address = origin.replace('://', '://me:p%40ss@');
      await callWebhook(address, event(), 20_000, never);
      assert.equal(given, `Basic ${Buffer.from('me:p@ss').toString('base64')}`);
    });

    it('has failed with another status, whose text is not repeated', async () => {
      answer = (_request, response) => response.writeHead(500).end('geheim');
      const error = await failing(call('/T0'));
      assert.equal(error.code, 'agent.webhookFailed');
      assert.match(error.message, new RegExp(`The webhook at ${origin} answered with status 500`));
    });

    it('is not followed elsewhere', async () => {
      answer = (request, response) => {
        if (request.url === '/elsewhere') response.end();
        else response.writeHead(307, { location: '/elsewhere?geheim' }).end();
      };
      const error = await failing(call('/T0'));
      assert.equal(error.code, 'agent.webhookFailed');
      assert.match(error.message, /redirects/);
      assert.equal(bodies.length, 1);
    });

    it('is not waited for too long: without an answer, or with one that does not end', async () => {
      answer = () => undefined;
      assert.equal((await failing(call('/T0', { timeout: 300 }))).code, 'agent.hookTimeout');
      answer = (_request, response) => {
        response.write('a');
        const more = setInterval(() => response.write('a'), 50);
        response.on('close', () => clearInterval(more));
      };
      assert.equal((await failing(call('/T0', { timeout: 500 }))).code, 'agent.hookTimeout');
      const controller = new AbortController();
      const waiting = failing(call('/T0', { signal: controller.signal }));
      setTimeout(() => controller.abort(), 100);
      assert.equal((await waiting).code, 'core.cancelled');
    });

    it('has failed where nobody listens, and where its address is none', async () => {
      const error = await failing(callWebhook('http://127.0.0.1:1/T0', event(), 5_000, never));
      assert.match(error.message, /^The webhook at http:\/\/127\.0\.0\.1:1 was not reached/);
      for (const wrong of ['geheim', 'file:///T0', 'ftp://geheim/T0']) {
        const refused = await failing(callWebhook(wrong, event(), 5_000, never));
        assert.equal(refused.code, 'agent.webhookFailed', wrong);
      }
    });
  });

  const hooks = (
    policy: PolicyConfig,
    options: {
      env?: Record<string, string>;
      pauses?: number[];
      signal?: AbortSignal;
      grace?: number;
    } = {},
  ) => {
    const log = memoryLog();
    const env: Record<string, string | undefined> = { PATH: process.env.PATH, ...options.env };
    const tells = createHooks({
      configuration: {
        find: () => ({ file: join(folder, 'cluster-backup.jsonc') }) as ClusterConfig,
        secretVariables: () => new Set(['TOKEN', 'CHAT']),
      },
      lookup: ({ reference }) =>
        Promise.resolve('env' in reference ? env[reference.env] : undefined),
      env,
      log,
      signal: options.signal ?? never,
      pauses: options.pauses ?? [1, 1, 1],
      grace: options.grace ?? 200,
    });
    const cluster: AgentCluster = { key: 'k', name: 'prod', policy };
    return { tells, cluster, log };
  };
  const noting = (name: string, exit = 0): Hook => ({
    command: [
      process.execPath,
      '-e',
      `require('node:fs').appendFileSync('noted', '${name} ' + process.env.CLUSTER_BACKUP_EVENT + ' ' + process.env.TOKEN + '\\n'); process.exit(${exit})`,
    ],
  });
  const noted = async () =>
    (await readFile(join(folder, 'noted'), 'utf8').catch(() => '')).split('\n').filter(Boolean);

  it('go in their order before a backup, and the first that fails is the last', async () => {
    const { tells, cluster } = hooks(
      { before: [noting('one'), noting('two', 4), noting('three')] },
      { env: { TOKEN: 'geheim' } },
    );
    await assert.rejects(tells.before(cluster, event({ kind: 'before' }), never), (error) => {
      assert.ok(isClusterBackupError(error));
      assert.equal(error.code, 'agent.hookFailed');
      return true;
    });
    assert.deepEqual(await noted(), ['one before undefined', 'two before undefined']);
  });

  it('all go after a backup, and one that fails is told and changes nothing', async () => {
    const { tells, cluster, log } = hooks({
      after: [noting('one', 4), noting('two')],
    });
    const told: AgentEvent[] = [];
    const done = event({ kind: 'done', text: 'Made.' });
    await tells.after(cluster, done, never, (one) => told.push(one));
    assert.deepEqual(await noted(), ['one done undefined', 'two done undefined']);
    assert.match(log.lines.join('\n'), /^warn prod: after the backup: .*\[agent\.hookFailed\]$/m);
    assert.deepEqual(
      told.map(({ kind, error }) => [kind, error?.code]),
      [['hookFailed', 'agent.hookFailed']],
    );
  });

  it('notices are tried three times more, each by itself, and fail without a word of the secret', async () => {
    let asked = 0;
    answer = (_request, response) => response.writeHead(++asked < 4 ? 503 : 200).end();
    const { tells, cluster, log } = hooks(
      {
        notices: [
          { webhook: { env: 'CHAT' } },
          { webhook: { secret: 'not.there' } },
          noting('told'),
        ],
      },
      { env: { CHAT: `${origin}/T0-geheim` } },
    );
    await tells.notice(cluster, event());
    assert.equal(asked, 4);
    assert.deepEqual(await noted(), ['told failed undefined']);
    const text = log.lines.join('\n');
    assert.doesNotMatch(text, /T0|geheim/);
    assert.equal(text.match(/answered with status 503\. It is tried again\./g)?.length, 3);
    assert.equal(text.match(/\[config\.secretMissing\]/g)?.length, 1);
  });

  it('notices arrive in their order, and a target that hangs holds up no other', async () => {
    const controller = new AbortController();
    answer = (request, response) => {
      if (request.url === '/T0') response.end();
    };
    const { tells, cluster } = hooks(
      { notices: [{ webhook: `${origin}/hangs` }, { webhook: `${origin}/T0` }] },
      { signal: controller.signal, grace: 10 },
    );
    const texts = ['one', 'two', 'three'];
    const telling = texts.map((text) => tells.notice(cluster, event({ text })));
    const toAll = [...texts, texts[0]].sort();
    for (let tries = 0; bodies.length < toAll.length && tries < 500; tries++) await delay(10);
    assert.deepEqual(bodies.map(({ text }) => text).sort(), toAll);
    const others = [...bodies];
    others.splice(
      others.findIndex(({ text }) => text === 'one'),
      1,
    );
    assert.deepEqual(
      others.map(({ text }) => text),
      texts,
    );
    controller.abort();
    await Promise.all(telling);
  });

  it('so many notices wait for one target and no more, and all end soon when the agent stops', async () => {
    const controller = new AbortController();
    answer = () => undefined;
    const { tells, cluster, log } = hooks(
      { notices: [{ webhook: `${origin}/hangs` }] },
      { signal: controller.signal, grace: 300 },
    );
    const telling = Array.from({ length: 103 }, () => tells.notice(cluster, event()));
    assert.equal(log.lines.filter((line) => line.includes('is left out')).length, 3);
    controller.abort();
    const began = performance.now();
    await Promise.all(telling);
    // One grace for each would be half a minute.
    assert.ok(performance.now() - began < 20_000);
  });

  it('each try of a notice has a signal of its own, so that nothing of it stays in one that lives as long as the agent', async () => {
    const any = AbortSignal.any.bind(AbortSignal);
    const followed: AbortSignal[] = [];
    AbortSignal.any = (signals) => {
      followed.push(...signals);
      return any(signals);
    };
    try {
      let asked = 0;
      answer = (_request, response) => response.writeHead(++asked === 2 ? 503 : 200).end();
      const { tells, cluster } = hooks({ notices: [{ webhook: `${origin}/T0` }, noting('told')] });
      for (let times = 0; times < 3; times++) await tells.notice(cluster, event());
      assert.deepEqual([asked, (await noted()).length], [4, 3]);
    } finally {
      AbortSignal.any = any;
    }
    // Of each try its own and the one of its limit.
    assert.equal(followed.length, 2 * (4 + 3));
    assert.equal(new Set(followed).size, followed.length, 'none is followed twice');
  });

  it('notices are given up when the agent stops', async () => {
    answer = () => undefined;
    const controller = new AbortController();
    const { tells, cluster, log } = hooks(
      { notices: [{ webhook: `${origin}/T0` }] },
      { signal: controller.signal, pauses: [60_000] },
    );
    const telling = tells.notice(cluster, event());
    controller.abort();
    await telling;
    assert.equal(bodies.length <= 1, true);
    assert.equal(log.lines.length, 1);
  });
});
