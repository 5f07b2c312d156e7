import assert from 'node:assert/strict';
import * as z from 'zod';
import { isStatus, JsonApi } from '../../../src/adapters/jsonApi';
import { TokenKeeper } from '../../../src/adapters/tokens';
import { errorTable } from '../../../src/core/errors';
import { fails } from '../core/fakes';
import { ApiServer } from './apiServer';

const forever = new AbortController().signal;
const kind = { category: 'failed', next: 'Look.' } as const;
const errors = errorTable('thing', {
  denied: kind,
  unknown: kind,
  limited: kind,
  refused: kind,
  failed: kind,
  notApi: kind,
});
const answer = z.object({ name: z.string() });
const GOOD = { body: { name: 'x' } };

describe('the JSON API of a platform', () => {
  let server: ApiServer;
  let api: JsonApi;
  /** Logins so far. */
  let logins: number;

  beforeEach(async () => {
    server = await ApiServer.start();
    logins = 0;
    api = new JsonApi({
      http: {
        origin: server.origin,
        pathPrefix: '/v1',
        headers: {},
        timeouts: { connect: 5000, headers: 30_000, idle: 30_000 },
        where: 'Thing "a"',
      },
      errors,
      words: (text) => /"error":"([^"]*)"/.exec(text)?.[1],
      who: '"admin"',
      login: {
        tokens: new TokenKeeper(() => Promise.resolve({ value: `token-${++logins}` }), 0),
        header: (token) => ({ authorization: `token=${token}` }),
      },
      secrets: ['the password'],
    });
  });
  afterEach(async () => {
    await api.close();
    await server.close();
  });

  const question = { path: '/things?a=b', purpose: 'list its things', signal: forever };
  const get = () => api.get(question, answer);
  const send = (more: object = {}) =>
    api.send({ ...question, path: '/make', method: 'POST', body: { a: 1 }, ...more }, answer);
  const tokens = () => server.seen.map(({ headers }) => headers.authorization);

  it('says who we are, and logs in once', async () => {
    server.replies = [GOOD];
    assert.deepEqual(await get(), { name: 'x' });
    await get();
    assert.deepEqual(tokens(), ['token=token-1', 'token=token-1']);
    assert.deepEqual(server.lines, ['GET /v1/things?a=b', 'GET /v1/things?a=b']);
  });

  it('asks an open question without logging in', async () => {
    server.replies = [GOOD];
    await api.get({ ...question, open: true }, answer);
    assert.deepEqual(tokens(), [undefined]);
    assert.equal(logins, 0);
  });

  it('renews a token that was refused, once', async () => {
    for (const ask of [get, send]) {
      server.seen.length = 0;
      server.replies = [{ status: 401 }, GOOD];
      const before = Math.max(1, logins);
      assert.deepEqual(await ask(), { name: 'x' });
      assert.deepEqual(tokens(), [`token=token-${before}`, `token=token-${before + 1}`]);
    }
  });

  it('is denied where the new token is refused as well', async () => {
    server.replies = [{ status: 401, body: '<html>who?</html>' }];
    const error = await fails(get(), 'thing.denied', /"admin" is not logged in there/);
    assert.equal(server.seen.length, 2);
    assert.equal(logins, 2);
    assert.ok(isStatus(error, 401));
    assert.ok(!isStatus(error, 403));
  });

  it('does not log in again where we may not do it', async () => {
    server.replies = [{ status: 403, body: { error: 'no right' } }];
    await fails(send(), 'thing.denied', /"admin" may not do that \(status 403: .*no right/);
    assert.equal(logins, 1);
    assert.equal(server.seen.length, 1);
  });

  for (const [what, later] of [
    ['seconds', () => '1'],
    ['a date', () => new Date(Date.now() + 2000).toUTCString()],
  ] as const) {
    it(`waits as long as it is asked to, in ${what}, also with what changes something`, async () => {
      const times: number[] = [];
      const limited = () => {
        times.push(Date.now());
        return { status: 429, headers: { 'retry-after': later() } };
      };
      const good = () => {
        times.push(Date.now());
        return GOOD;
      };
      server.replies = [limited, good];
      assert.deepEqual(await send(), { name: 'x' });
      assert.deepEqual(server.lines, ['POST /v1/make', 'POST /v1/make']);
      const [first = 0, second = 0] = times;
      // A date is told to the second; without the header it would be asked again after a quarter of one.
      assert.ok(second - first >= 900, `${second - first} ms`);
    });
  }

  it('does not wait for ever: who asks for more than half a minute is told of', async () => {
    server.replies = [{ status: 429, headers: { 'retry-after': '3600' }, body: { error: 'slow' } }];
    await fails(send(), 'thing.limited', /did not list its things .*slow.* wait 3600 seconds/);
    await fails(get(), 'thing.limited');
    assert.equal(server.seen.length, 2);
  });

  it('can be cancelled while it waits', async () => {
    const stop = new AbortController();
    server.replies = [
      () => {
        setImmediate(() => stop.abort());
        return { status: 429, headers: { 'retry-after': '29' } };
      },
    ];
    await fails(send({ signal: stop.signal }), 'core.cancelled');
    assert.equal(server.seen.length, 1);
  });

  it('never asks twice for a change that failed', async () => {
    for (const status of [500, 502, 503, 504]) {
      server.seen.length = 0;
      server.replies = [{ status, headers: { 'retry-after': '0' }, body: { error: 'broken' } }];
      await fails(send(), 'thing.failed', new RegExp(`status ${status}: broken`));
      assert.equal(server.seen.length, 1);
    }
  });

  it('asks again at a status at which nothing was done, where that is said', async () => {
    server.replies = [{ status: 503, headers: { 'retry-after': '0' } }, GOOD];
    assert.deepEqual(await send({ again: [503] }), { name: 'x' });
    assert.equal(server.seen.length, 2);
  });

  it('asks again what changes nothing, where the failure may pass', async () => {
    server.replies = [{ status: 502, headers: { 'retry-after': '0' } }, GOOD];
    assert.deepEqual(await get(), { name: 'x' });
    assert.equal(server.seen.length, 2);
    server.replies = [{ status: 500 }];
    await fails(get(), 'thing.failed');
    assert.equal(server.seen.length, 3);
  });

  it('never shows a page of HTML, nor a secret', async () => {
    server.replies = [{ status: 500, body: ' <!DOCTYPE html><p>secret lore</p>' }];
    const page = await fails(send(), 'thing.failed', /status 500: a page of HTML/);
    assert.doesNotMatch(page.message, /lore/);
    const text = 'the password and token-1,\n\n both';
    server.replies = [{ status: 400, body: { error: text } }, GOOD];
    const told = await fails(send(), 'thing.refused', /both/);
    assert.doesNotMatch(told.message, /the password|token-1|\n/);
    server.replies = [{ status: 400, body: { error: 'abc def is too short' } }];
    const own = await fails(send({ secrets: ['abc def'] }), 'thing.refused', /is too short/);
    assert.doesNotMatch(own.message, /abc def/);
    server.replies = [{ status: 418, body: 'x'.repeat(5000) }];
    const long = await fails(get(), 'thing.refused');
    assert.ok(long.message.length < 500);
  });

  it('takes nothing else for an answer of the API', async () => {
    for (const [body, words] of [
      ['<html></html>', /a page of HTML where it was asked to list its things/],
      ['nonsense', /no JSON/],
      [{ title: 'x' }, /JSON of another form/],
    ] as const) {
      server.replies = [{ body }];
      await fails(get(), 'thing.notApi', words);
      await fails(send(), 'thing.notApi', words);
    }
  });

  it('tells what it knows nothing of apart from other refusals', async () => {
    server.replies = [{ status: 404 }];
    await fails(get(), 'thing.unknown', /knows nothing of it \(status 404/);
    server.replies = [{ status: 409, body: { error: 'busy' } }];
    await fails(send(), 'thing.refused', /status 409: busy/);
  });

  it('sends the body of a DELETE with its length, and an empty POST with one of nothing', async () => {
    server.replies = [{ body: '' }];
    assert.equal(await send({ method: 'DELETE', body: { id: 'é' } }), undefined);
    assert.equal(await send({ body: undefined }), undefined);
    const [full, empty] = server.seen;
    assert.ok(full !== undefined && empty !== undefined);
    assert.equal(full.method, 'DELETE');
    assert.equal(full.body, '{"id":"é"}');
    assert.equal(full.headers['content-length'], String(Buffer.byteLength('{"id":"é"}')));
    assert.equal(full.headers['content-type'], 'application/json');
    assert.equal(empty.headers['content-length'], '0');
    for (const { headers } of server.seen) assert.equal(headers['transfer-encoding'], undefined);
  });

  it('warns of no leak where many questions are asked at the same time', async () => {
    const warnings: string[] = [];
    const listen = ({ message }: Error) => void warnings.push(message);
    process.on('warning', listen);
    const { signal } = new AbortController();
    server.replies = [GOOD];
    await Promise.all(Array.from({ length: 32 }, () => api.get({ ...question, signal }, answer)));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', listen);
    assert.deepEqual(warnings, []);
    assert.equal(logins, 1);
  });
});
