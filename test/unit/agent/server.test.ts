import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { health } from '../../../src/cli/agent/health';
import {
  addressText,
  DEFAULT_LISTEN,
  isHostAllowed,
  listenAddress,
} from '../../../src/cli/agent/listen';
import { startServer } from '../../../src/cli/agent/server';
import type { RunningServer } from '../../../src/cli/agent/server';
import type { AgentState } from '../../../src/core/agent/ports';
import { toErrorInfo } from '../../../src/core/errors';
import { agentState, clusterState, memoryLog, NOW } from './fixtures';

describe('the address of the agent', () => {
  it('is a host and a port', () => {
    assert.equal(DEFAULT_LISTEN, '127.0.0.1:9745', 'loopback, unless told otherwise');
    assert.deepEqual(listenAddress('127.0.0.1:9745'), { host: '127.0.0.1', port: 9745 });
    assert.deepEqual(listenAddress('[::1]:0'), { host: '::1', port: 0 });
    assert.equal(addressText(listenAddress('[::]:80')), '[::]:80');
    for (const wrong of [
      '',
      '9745',
      ':9745',
      'host',
      'host:',
      'host:70000',
      '::1:80',
      '[x]:1',
      'a b:1',
      'host:-1',
    ]) {
      assert.throws(() => listenAddress(wrong), /HOST:PORT/, wrong);
    }
  });

  it('answers on loopback to names of loopback only, and elsewhere to all', () => {
    for (const good of ['127.0.0.1:9745', 'localhost', 'LOCALHOST:1', '[::1]:9745', '127.8.0.1']) {
      assert.ok(isHostAllowed(good, '127.0.0.1'), good);
    }
    for (const bad of [
      'evil.example',
      'evil.example:9745',
      '127.0.0.1.evil.example',
      '',
      undefined,
      '[::2]',
      '10.0.0.1',
    ]) {
      assert.ok(!isHostAllowed(bad, '127.0.0.1'), String(bad));
      assert.ok(!isHostAllowed(bad, 'localhost'), String(bad));
      assert.ok(isHostAllowed(bad, '0.0.0.0'), String(bad));
    }
  });
});

describe('the health of the agent', () => {
  const now = new Date(NOW);
  it('is good while its loop comes round, however the backups stand', () => {
    const bad = clusterState({ standing: { state: 'bad', lines: [] } });
    assert.deepEqual(health(agentState({ clusters: [bad] }), now), {
      status: 200,
      body: { status: 'ok', clusters: { prod: 'bad' } },
    });
  });
  it('is bad when the loop stands still, also before its first turn', () => {
    assert.equal(health(agentState({ lastTurn: NOW - 179_000 }), now).status, 200);
    const stalled = health(agentState({ lastTurn: NOW - 181_000 }), now);
    assert.deepEqual([stalled.status, stalled.body.status], [503, 'stalled']);
    const { lastTurn: _, ...never } = agentState({ started: NOW - 181_000 });
    assert.equal(health(never, now).status, 503);
  });
  it('is bad while there is no configuration, and not when one that was read can be read no more', () => {
    const error = { code: 'config.invalid', message: 'x', next: 'y' };
    assert.equal(health(agentState({ clusters: [], error }), now).body.status, 'notConfigured');
    assert.equal(health(agentState({ error }), now).status, 200);
  });
});

describe('what the agent tells over HTTP', function () {
  this.timeout(30_000);
  let server: RunningServer;
  let state: AgentState;
  const start = (host = '127.0.0.1', port = 0) =>
    startServer({
      listen: { host, port },
      state: () => state,
      clock: { now: () => new Date(NOW) },
      log: memoryLog(),
    });
  before(async () => {
    server = await start();
  });
  after(() => server.close());
  beforeEach(() => {
    state = agentState();
  });

  const ask = async (path: string, options: { method?: string; host?: string } = {}) => {
    const { host, port } = server.address;
    const sent = request({
      host,
      port,
      path,
      method: options.method ?? 'GET',
      headers: options.host === undefined ? {} : { host: options.host },
      agent: false,
    });
    sent.end();
    const [reply] = (await once(sent, 'response')) as [import('node:http').IncomingMessage];
    let text = '';
    for await (const chunk of reply.setEncoding('utf8')) text += chunk as string;
    return { status: reply.statusCode, headers: reply.headers, text };
  };

  it('metrics, health and a line of text, and nothing else', async () => {
    const metrics = await ask('/metrics?x=1');
    assert.equal(metrics.status, 200);
    assert.match(metrics.headers['content-type'] ?? '', /^text\/plain; version=0\.0\.4/);
    assert.match(metrics.text, /^cluster_backup_backups\{cluster="prod"\} 7$/m);
    const healthy = await ask('/healthz');
    assert.equal(healthy.headers['content-type'], 'application/json');
    assert.deepEqual(JSON.parse(healthy.text), { status: 'ok', clusters: { prod: 'good' } });
    state = agentState({ lastTurn: NOW - 600_000 });
    assert.equal((await ask('/healthz')).status, 503);
    assert.equal((await ask('/')).status, 200);
    for (const path of ['/metrics/', '/../etc/passwd', '/healthz/x', '//metrics', '/favicon.ico']) {
      assert.equal((await ask(path)).status, 404, path);
    }
  });

  it('to GET and HEAD, to hosts of this machine', async () => {
    const head = await ask('/metrics', { method: 'HEAD' });
    assert.equal(head.status, 200);
    assert.equal(head.text, '');
    assert.ok(Number(head.headers['content-length']) > 100);
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      const refused = await ask('/metrics', { method });
      assert.deepEqual([refused.status, refused.headers.allow], [405, 'GET, HEAD'], method);
    }
    const rebound = await ask('/metrics', { host: 'evil.example' });
    assert.equal(rebound.status, 403);
    assert.ok(!rebound.text.includes('cluster_backup'));
  });

  it('to nobody who sends too much or too slowly', async () => {
    const raw = async (text: string) => {
      const socket = connect(server.address.port, server.address.host);
      let got = '';
      socket.on('error', () => undefined);
      socket.setEncoding('utf8').on('data', (chunk: string) => (got += chunk));
      socket.write(text);
      await once(socket, 'close');
      return got;
    };
    const large = `GET /metrics HTTP/1.1\r\nHost: localhost\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`;
    assert.match(await raw(large), /^HTTP\/1\.1 431 /);
    // Headers that never end; the limit is five seconds.
    assert.match(await raw('GET /metrics HTTP/1.1\r\nHost: localhost\r\n'), /^HTTP\/1\.1 408 /);
  });

  it('says who is in the way when it can not listen', async () => {
    const inUse = await start('127.0.0.1', server.address.port).then(
      () => undefined,
      (error: unknown) => toErrorInfo(error),
    );
    assert.equal(inUse?.code, 'agent.addressInUse');
    assert.match(inUse.message, new RegExp(`127\\.0\\.0\\.1:${server.address.port}`));
    assert.match(inUse.next, /--listen HOST:PORT.*--no-listen/);
    const elsewhere = await start('192.0.2.1').then(
      () => undefined,
      (error: unknown) => toErrorInfo(error),
    );
    assert.equal(elsewhere?.code, 'agent.notListening');
  });
});
