import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { RunningConsul } from '../../../src/sandbox/parts/consulServer';
import { startConsul } from '../../../src/sandbox/parts/consulServer';
import { waitFor } from '../../../src/sandbox/parts/wait';
import type { FaultProxy } from '../../support/faultProxy';
import { startFaultProxy } from '../../support/faultProxy';
import {
  MASTER,
  adapterFor,
  closeAdapters,
  context,
  must,
  refused,
  save,
  sending,
} from './support';

const isSave = (method: string, path: string) =>
  method === 'GET' && path.startsWith('/v1/snapshot');
const isRestore = (method: string, path: string) =>
  method === 'PUT' && path.startsWith('/v1/snapshot');

describe('Consul: behind a connection that fails', function () {
  this.timeout(120_000);
  let consul: RunningConsul;
  let proxy: FaultProxy;
  let snapshot: Buffer;

  before(async () => {
    consul = await startConsul({ acl: { masterToken: MASTER } });
    for (const name of ['a', 'b', 'c']) {
      await must(consul, 'PUT', `/v1/kv/${name}`, randomBytes(400_000));
    }
    proxy = await startFaultProxy(consul.address);
    snapshot = (await save(adapter())).bytes;
  });
  after(async () => {
    await proxy.close();
    await consul.stop();
  });
  afterEach(async () => {
    proxy.inject(undefined);
    await closeAdapters();
  });
  const adapter = (more = {}) => adapterFor({ address: proxy.address, ...more }, MASTER);
  const sent = (rule: typeof isSave) => proxy.requests.filter((r) => rule(r.method, r.path)).length;

  it('passes everything when nothing is wrong', async () => {
    assert.ok(snapshot.length > 1_000_000);
    const before = sent(isRestore);
    await adapter().restore(sending(Readable.from([snapshot]), snapshot.length), context());
    assert.equal(sent(isRestore) - before, 1);
  });

  it('a body that is cut half-way', async () => {
    proxy.inject({ kind: 'cut', after: snapshot.length >> 1 }, { when: isSave });
    const error = await refused(save(adapter()), 'http.cut');
    assert.match(error.message, /after \d+ bytes/);
    proxy.inject({ kind: 'cut', after: 0 }, { when: isSave });
    await refused(save(adapter()), 'http.cut');
  });

  it('a body that ends half-way as if it were whole: the check of the snapshot sees it', async () => {
    proxy.inject({ kind: 'end', after: snapshot.length >> 1 }, { when: isSave });
    await assert.rejects(save(adapter()), (error: { code?: string }) => {
      return error.code?.startsWith('snapshot.') === true;
    });
  });

  it('a body that stalls', async () => {
    proxy.inject({ kind: 'stall', after: snapshot.length >> 1 }, { when: isSave });
    const error = await refused(save(adapter({ timeouts: { idle: 1 } })), 'http.stalled');
    assert.match(error.message, /fell silent for 1 second after \d+ bytes/);
  });

  it('a body that stalls, and a person who cancels', async () => {
    proxy.inject({ kind: 'stall', after: snapshot.length >> 1 }, { when: isSave });
    const stop = new AbortController();
    const source = await adapter().backup({ mode: 'consistent' }, context(stop.signal));
    setTimeout(() => stop.abort(), 100);
    await refused(source.stream.toArray(), 'core.cancelled');
  });

  it('a snapshot that does not begin to come', async () => {
    proxy.inject({ kind: 'silent' }, { when: isSave });
    await refused(
      adapter({ timeouts: { prepare: 1 } }).backup({ mode: 'consistent' }, context()),
      'http.timeout',
    );
  });

  it('a server that fails', async () => {
    proxy.inject(
      { kind: 'answer', status: 500, body: 'Raft error when taking snapshot: boom' },
      { when: isSave },
    );
    const error = await refused(save(adapter()), 'consul.serverError');
    assert.match(error.message, /status 500: Raft error when taking snapshot: boom/);
  });

  it('a token that may not', async () => {
    proxy.inject({ kind: 'answer', status: 403, body: 'Permission denied' }, { when: isSave });
    const error = await refused(save(adapter()), 'consul.denied');
    assert.match(error.message, /acl = "write"/);
  });

  it('a limit of requests: waits as asked, then gives up', async () => {
    const busy = {
      kind: 'answer',
      status: 429,
      body: 'try again',
      headers: { 'retry-after': '0' },
    } as const;
    proxy.inject(busy, { when: isSave, times: 2 });
    await save(adapter());
    proxy.inject(busy, { when: isSave });
    await refused(save(adapter()), 'consul.rateLimited');
  });

  it('a leader that is lost while it answers', async () => {
    proxy.inject(
      { kind: 'headers', headers: { 'x-consul-knownleader': 'false' } },
      { when: isSave },
    );
    await refused(save(adapter()), 'consul.noLeader');
    proxy.inject(
      {
        kind: 'headers',
        headers: { 'x-consul-knownleader': 'false', 'x-consul-lastcontact': '4000' },
      },
      { when: isSave },
    );
    const { notes } = await save(adapter(), 'stale');
    assert.deepEqual(notes, [
      'No leader was known to the server that answered.',
      'Answered by a server that had heard from the leader 4000 ms before.',
    ]);
    proxy.inject(
      { kind: 'headers', headers: { 'x-consul-lastcontact': '300001' } },
      { when: isSave },
    );
    await refused(save(adapter(), 'stale'), 'consul.staleTooOld');
  });

  it('a datacenter that no server has a path to', async () => {
    proxy.inject({ kind: 'answer', status: 500, body: 'No path to datacenter' }, { when: isSave });
    await refused(save(adapter({ datacenter: 'dc1' })), 'consul.wrongDatacenter');
  });

  it('something else that answers', async () => {
    proxy.inject({ kind: 'answer', status: 200, body: '<html>Sign in</html>' });
    const error = await refused(adapter().status(context()), 'consul.notConsul');
    assert.doesNotMatch(error.message, /html/);
    proxy.inject({ kind: 'answer', status: 404, body: '<html>Not here</html>' });
    await refused(adapter().status(context()), 'consul.notConsul');
    proxy.inject({
      kind: 'answer',
      status: 301,
      headers: { location: 'https://elsewhere.example/' },
    });
    await refused(adapter().status(context()), 'http.redirected');
  });

  it('a status that is reset once is asked again', async () => {
    proxy.inject({ kind: 'reset' }, { times: 1 });
    assert.equal((await adapter().status(context())).datacenter, 'dc1');
  });

  describe('a restore is never sent twice', () => {
    let before: number;
    beforeEach(() => (before = sent(isRestore)));
    afterEach(() => assert.equal(sent(isRestore) - before, 1));
    const restore = (more = {}, run = context()) =>
      adapter(more).restore(sending(Readable.from([snapshot]), snapshot.length), run);

    it('when the server is busy', async () => {
      proxy.inject({ kind: 'answer', status: 429, body: 'try again' }, { when: isRestore });
      await refused(restore(), 'consul.rateLimited');
    });

    it('when the leader fails', async () => {
      proxy.inject(
        { kind: 'answer', status: 500, body: 'timed out waiting to re-run leader actions' },
        { when: isRestore },
      );
      const error = await refused(restore(), 'consul.restoreUnconfirmed');
      assert.match(error.next, /Do not repeat it blindly/);
    });

    it('when the connection is reset before it had all of it', async () => {
      proxy.inject({ kind: 'reset' }, { when: isRestore });
      const slow = async function* () {
        for (let at = 0; at < snapshot.length; at += 100_000) {
          yield snapshot.subarray(at, at + 100_000);
          await delay(10);
        }
      };
      await refused(
        adapter().restore(
          sending(Readable.from(slow(), { objectMode: false }), snapshot.length),
          context(),
        ),
        'consul.restoreNotSent',
      );
    });

    it('when no answer comes', async () => {
      proxy.inject({ kind: 'silent' }, { when: isRestore });
      const error = await refused(restore({ timeouts: { apply: 1 } }), 'consul.restoreUnconfirmed');
      assert.match(error.message, /may have been applied or not/);
    });

    it('when a person cancels while the leader applies it', async () => {
      proxy.inject({ kind: 'silent' }, { when: isRestore });
      const stop = new AbortController();
      const run = context(stop.signal);
      const restoring = refused(restore({}, run), 'consul.restoreUnconfirmed');
      // Not before it has all of it: cancelled on its way, nothing would be replaced.
      await waitFor(
        'it to be sent whole',
        () =>
          (run.phases.at(-1) === 'Waiting for the leader to apply it' &&
            sent(isRestore) > before) ||
          undefined,
        { timeoutMs: 60_000, everyMs: 20 },
      );
      stop.abort();
      const error = await restoring;
      assert.match(error.message, /was cancelled/);
    });
  });

  it('a restore that is cancelled on its way replaces nothing', async () => {
    const { report } = await save(adapter());
    await must(consul, 'PUT', '/v1/kv/newer', Buffer.from('since'));
    const stop = new AbortController();
    const slow = async function* () {
      yield snapshot.subarray(0, 500_000);
      stop.abort();
      await delay(50);
      yield snapshot.subarray(500_000);
    };
    const body = Readable.from(slow(), { objectMode: false });
    await refused(
      adapter().restore(sending(body, snapshot.length), context(stop.signal)),
      'core.cancelled',
    );
    await delay(200);
    assert.equal((await consul.request('GET', '/v1/kv/newer')).status, 200);
    await must(consul, 'DELETE', '/v1/kv/newer');
    assert.ok(report.totalSize > 0);
  });

  it('lets go of everything when it is closed in the middle', async () => {
    proxy.inject({ kind: 'stall', after: 1000 }, { when: isSave });
    const closing = adapter();
    const source = await closing.backup({ mode: 'consistent' }, context());
    setTimeout(() => void closing.close(), 100);
    await assert.rejects(source.stream.toArray());
  });
});
