import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { HttpClient, HttpStatusError } from '../../../src/adapters/http';
import { retryAfter } from '../../../src/adapters/retry';
import { isClusterBackupError } from '../../../src/core/errors';

const forever = new AbortController().signal;

describe('the HTTP client', () => {
  let server: Server;
  let answer: RequestListener;
  let client: HttpClient;
  let seen: string[];

  beforeEach(async () => {
    seen = [];
    server = createServer((request, response) => {
      seen.push(`${request.method ?? ''} ${request.url ?? ''}`);
      answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    client = clientFor((server.address() as AddressInfo).port);
  });
  afterEach(async () => {
    await client.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  function clientFor(port: number, timeouts = { connect: 5000, headers: 300, idle: 300 }) {
    return new HttpClient({
      origin: `http://127.0.0.1:${port}`,
      pathPrefix: '/gate',
      headers: { 'x-token': 'very-secret' },
      timeouts,
      where: 'Server "a"',
    });
  }

  function fails(promise: Promise<unknown>, code: string): Promise<void> {
    return assert.rejects(promise, (error) => {
      assert.ok(isClusterBackupError(error), String(error));
      assert.equal(error.code, code, error.message);
      assert.doesNotMatch(`${error.message} ${error.next}`, /very-secret/);
      if (code !== 'core.cancelled') assert.match(error.message, /Server "a"/);
      return true;
    });
  }

  it('puts prefix, query and headers together', async () => {
    answer = (request, response) => response.end(JSON.stringify(request.headers['x-token']));
    const reply = await client.getText({
      path: '/v1/x',
      query: { dc: 'a b', stale: '', none: undefined },
      signal: forever,
    });
    assert.equal(reply.text, '"very-secret"');
    assert.deepEqual(seen, ['GET /gate/v1/x?dc=a%20b&stale']);
  });

  it('repeats a GET that a busy server puts off', async () => {
    answer = (_, response) => {
      response.statusCode = seen.length < 3 ? 503 : 200;
      response.end('done');
    };
    assert.equal((await client.getText({ path: '/', signal: forever })).text, 'done');
    assert.equal(seen.length, 3);
  });

  it('repeats a GET whose connection was reset, and one that was cut short', async () => {
    answer = (request, response) => {
      if (seen.length === 1) request.socket.resetAndDestroy();
      else if (seen.length === 2) {
        response.write('do');
        setTimeout(() => request.socket.destroy(), 20);
      } else response.end('done');
    };
    assert.equal((await client.getText({ path: '/', signal: forever })).text, 'done');
  });

  it('does not wait for half an hour because a server says so', async () => {
    answer = (_, response) => response.writeHead(429, { 'retry-after': '1800' }).end('slow down');
    await assert.rejects(client.get({ path: '/', signal: forever }), HttpStatusError);
    assert.equal(seen.length, 1);
  });

  it('does not repeat what a server refuses', async () => {
    answer = (_, response) => response.writeHead(403).end('no');
    await assert.rejects(
      client.get({ path: '/', signal: forever }),
      (error) => error instanceof HttpStatusError && error.status === 403 && error.text === 'no',
    );
    assert.equal(seen.length, 1);
  });

  it('follows no redirect', async () => {
    answer = (_, response) =>
      response.writeHead(307, { location: 'http://elsewhere.example/?token=very-secret' }).end();
    await fails(client.get({ path: '/', signal: forever }), 'http.redirected');
    assert.equal(seen.length, 1);
  });

  it('says that nothing listens', async () => {
    const port = (server.address() as AddressInfo).port;
    await new Promise((resolve) => server.close(resolve));
    const lonely = clientFor(port);
    await fails(lonely.get({ path: '/', signal: forever }), 'http.unreachable');
    await lonely.close();
  });

  it('says that a name is not known', async () => {
    const lost = new HttpClient({
      origin: 'http://no-such-host.invalid',
      pathPrefix: '',
      headers: {},
      timeouts: { connect: 5000, headers: 300, idle: 300 },
      where: 'Server "a"',
    });
    await fails(lost.get({ path: '/', signal: forever }), 'http.unreachable');
    await lost.close();
  });

  it('gives up on a server that does not answer', async () => {
    answer = () => undefined;
    await fails(client.get({ path: '/', signal: forever }), 'http.timeout');
  });

  it('fails the body when the server falls silent', async () => {
    answer = (_, response) => response.write('beginning');
    const { body } = await client.get({ path: '/', signal: forever });
    await fails(body.toArray(), 'http.stalled');
  });

  it('waits for a slow reader as long as it takes', async () => {
    answer = (_, response) => response.end(Buffer.alloc(4 << 20));
    const { body } = await client.get({ path: '/', signal: forever });
    let length = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      if (length === 0) await delay(1500);
      length += chunk.length;
    }
    assert.equal(length, 4 << 20);
  });

  for (const framed of [true, false]) {
    it(`fails the body that ends early, ${framed ? 'with' : 'without'} a length`, async () => {
      answer = (request, response) => {
        if (framed) response.setHeader('content-length', 100);
        response.write('beginning');
        setTimeout(() => request.socket.destroy(), 20);
      };
      const { body } = await client.get({ path: '/', signal: forever });
      await fails(body.toArray(), 'http.cut');
    });
  }

  it('cancels at every stage', async () => {
    answer = (request, response) => {
      if (request.url?.endsWith('body')) response.write('beginning');
      if (request.url?.endsWith('busy')) response.writeHead(503, { 'retry-after': '20' }).end();
    };
    await fails(client.get({ path: '/', signal: AbortSignal.abort() }), 'core.cancelled');
    await fails(client.get({ path: '/', signal: AbortSignal.timeout(50) }), 'core.cancelled');
    await fails(client.get({ path: '/busy', signal: AbortSignal.timeout(50) }), 'core.cancelled');
    const stop = new AbortController();
    const { body } = await client.get({ path: '/body', signal: stop.signal });
    setTimeout(() => stop.abort(), 100);
    await fails(body.toArray(), 'core.cancelled');
  });

  describe('sending', () => {
    const put = (body: Readable, size?: number, signal = forever) =>
      client.put({ path: '/', body, size, signal, contentType: 'application/octet-stream' });

    it('sends once, also when the server is only busy', async () => {
      answer = (request, response) => {
        request.resume().on('end', () => response.writeHead(503).end());
      };
      await assert.rejects(put(Readable.from(['abc'])), HttpStatusError);
      assert.equal(seen.length, 1);
    });

    it('sends once, also when the connection is reset', async () => {
      answer = (request) => request.socket.resetAndDestroy();
      await fails(put(Readable.from(['abc'])), 'http.reset');
      assert.equal(seen.length, 1);
    });

    for (const size of [undefined, 10]) {
      it(`never completes a body that failed, size ${size ?? 'unknown'}`, async () => {
        let whole: boolean | undefined;
        const over = new Promise<void>((resolve) => {
          answer = (request) => {
            request.on('error', () => undefined);
            request.resume().on('close', () => {
              whole = request.complete;
              resolve();
            });
          };
        });
        async function* failing() {
          yield Buffer.from('abc');
          await delay(50);
          throw new Error('the disk is gone');
        }
        await assert.rejects(put(Readable.from(failing()), size), /the disk is gone/);
        await over;
        assert.equal(whole, false);
      });
    }

    it('does not take a body that is shorter than it should be', async () => {
      answer = (request, response) => {
        request.on('error', () => undefined);
        request.resume().on('end', () => response.end());
      };
      await assert.rejects(put(Readable.from(['abc']), 10));
    });

    it('waits for the answer longer than small questions may take', async () => {
      answer = (request, response) => {
        request.resume().on('end', () => setTimeout(() => response.end('ok'), 1500));
      };
      const reply = await client.put({
        path: '/',
        body: Readable.from(['abc']),
        signal: forever,
        contentType: 'application/octet-stream',
        headersTimeout: 10_000,
      });
      assert.equal(reply.text, 'ok');
    });
  });
});

describe('Retry-After', () => {
  it('is seconds or a date', () => {
    const now = Date.parse('2024-01-01T00:00:00Z');
    assert.equal(retryAfter('3', now), 3000);
    assert.equal(retryAfter('Mon, 01 Jan 2024 00:00:10 GMT', now), 10_000);
    assert.equal(retryAfter('Mon, 01 Jan 2020 00:00:10 GMT', now), 0);
    assert.equal(retryAfter('soon', now), undefined);
    assert.equal(retryAfter(undefined, now), undefined);
  });
});
