import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import type { RunningConsul } from '../../../src/sandbox/parts/consulServer';
import { startConsul } from '../../../src/sandbox/parts/consulServer';
import { waitFor } from '../../../src/sandbox/parts/wait';
import { MASTER, adapterFor, closeAdapters, context, must, refused, save, whole } from './support';

const KEYS = new Map<string, Buffer>([
  ['plain', Buffer.from('value')],
  ['empty', Buffer.alloc(0)],
  ['binary', Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))],
  ['a/b/ünïcode ☂ key', Buffer.from('日本語 🗾')],
  ['large', Buffer.alloc(300_000, 'x')],
]);
const keyPath = (key: string) => `/v1/kv/${key.split('/').map(encodeURIComponent).join('/')}`;

describe('Consul: save and restore, with everything in it', function () {
  this.timeout(120_000);
  let consul: RunningConsul;
  let operator: string;

  before(async () => {
    consul = await startConsul({
      acl: { masterToken: MASTER },
      config: { connect: { enabled: true } },
    });
    for (const [key, value] of KEYS) await must(consul, 'PUT', keyPath(key), value);
    for (const id of ['web-1', 'web-2']) {
      await must(consul, 'PUT', '/v1/agent/service/register', {
        Name: 'web',
        ID: id,
        Check: { Name: `alive ${id}`, TTL: '60s', Status: 'passing' },
      });
    }
    await must(consul, 'PUT', '/v1/catalog/register', {
      Node: 'external',
      Address: '192.0.2.1',
      NodeMeta: { 'external-node': 'true' },
      Service: { Service: 'mail', Port: 25 },
    });
    await must(consul, 'PUT', '/v1/session/create', { Name: 'held', Behavior: 'release' });
    const policy = await must(consul, 'PUT', '/v1/acl/policy', {
      Name: 'operators',
      Rules: 'acl = "write" operator = "read" agent_prefix "" { policy = "read" }',
    });
    const made = await must(consul, 'PUT', '/v1/acl/token', {
      Policies: [{ ID: (policy as { ID: string }).ID }],
    });
    operator = (made as { SecretID: string }).SecretID;
    await must(consul, 'POST', '/v1/query', { Name: 'find-web', Service: { Service: 'web' } });
  });
  after(() => consul.stop());
  afterEach(closeAdapters);

  it('says how the cluster is', async () => {
    const adapter = adapterFor({ address: consul.address }, MASTER);
    // A new leader takes some two seconds to look at its servers.
    const status = await waitFor(
      'the servers to be looked at',
      async () => {
        const seen = await adapter.status(context());
        return seen.quorum === undefined ? undefined : seen;
      },
      { timeoutMs: 20_000 },
    );
    assert.equal(status.version, consul.version);
    assert.equal(status.datacenter, 'dc1');
    assert.equal(status.health, 'healthy');
    assert.deepEqual(status.quorum, { needed: 1, alive: 1, total: 1 });
    assert.equal(status.servers[0]?.leader, true);
    assert.deepEqual(status.warnings, []);
  });

  it('counts what the snapshot holds, name by name', async () => {
    const adapter = adapterFor({ address: consul.address }, MASTER);
    const { report, version, notes } = await save(adapter);
    const inventory = await adapter.inventory(context());
    assert.equal(version, consul.version);
    assert.deepEqual(notes, []);
    assert.equal(inventory.counts['KVS'], KEYS.size);
    assert.equal(inventory.counts['Service'], 4);
    const names = ['KVS', 'Node', 'Service', 'ServiceName', 'Check', 'Session', 'PreparedQuery'];
    for (const name of [...names, 'ACLToken', 'ACLPolicy']) {
      assert.equal(inventory.counts[name], report.counts[name], name);
    }
    assert.ok((inventory.index ?? 0) >= (report.identity.index ?? Infinity));
  });

  it('brings all of it back, byte for byte', async () => {
    const adapter = adapterFor({ address: consul.address }, MASTER);
    const { bytes, report } = await save(adapter);
    for (const key of KEYS.keys()) await must(consul, 'DELETE', keyPath(key));
    await must(consul, 'PUT', '/v1/kv/newer', Buffer.from('since'));
    await must(consul, 'PUT', '/v1/agent/service/deregister/web-1');
    const queries = (await must(consul, 'GET', '/v1/query')) as { ID: string }[];
    await must(consul, 'DELETE', `/v1/query/${queries[0]?.ID ?? ''}`);

    const telling = context();
    const stream = Readable.from([bytes.subarray(0, 999), bytes.subarray(999)]);
    await adapter.restore({ ...whole(report), stream, size: bytes.length }, telling);
    assert.deepEqual(telling.phases, [
      'Sending to the cluster',
      'Waiting for the leader to apply it',
    ]);
    const checks = await adapter.checkRestored(whole(report), {}, telling);
    for (const name of ['KVS', 'PreparedQuery', 'ACLPolicy']) {
      const check = checks.find((c) => c.name === name);
      assert.ok(check, name);
      assert.equal(check.found, check.expected, name);
    }
    for (const check of checks)
      assert.ok([check.expected, undefined].includes(check.found), check.name);
    for (const [key, value] of KEYS) {
      const reply = await consul.request('GET', `${keyPath(key)}?raw`);
      assert.ok(reply.body.equals(value), key);
    }
    assert.equal((await consul.request('GET', '/v1/kv/newer')).status, 404);
    const sessions = (await must(consul, 'GET', '/v1/session/list')) as { Name: string }[];
    assert.deepEqual(
      sessions.map(({ Name }) => Name),
      ['held'],
    );
  });

  it('sees a cluster that does not hold what it should', async () => {
    const adapter = adapterFor({ address: consul.address }, MASTER);
    const { report } = await save(adapter);
    const more = { ...report, counts: { ...report.counts, KVS: 99 } };
    const checks = await adapter.checkRestored(whole(more), {}, context());
    assert.deepEqual(
      checks.find(({ name }) => name === 'KVS'),
      { name: 'KVS', expected: 99, found: KEYS.size },
    );
  });

  it('plans: stable, known types, tokens that stay, the same CA', async () => {
    const adapter = adapterFor({ address: consul.address }, MASTER);
    const { report } = await save(adapter);
    const { items } = await adapter.planRestore(whole(report), context());
    const codes = items.map(({ code, severity }) => `${code} ${severity}`);
    assert.deepEqual(codes, [
      'consul.health info',
      'consul.version info',
      'consul.tokensStay info',
      'consul.ca info',
    ]);
  });

  it('plans: the token of another cluster does not come back, its CA is another', async () => {
    const { report } = await save(adapterFor({ address: consul.address }, MASTER));
    const token = 'aaaaaaaa-2222-3333-4444-555555555555';
    const other = await startConsul({
      acl: { masterToken: token },
      config: { connect: { enabled: true } },
    });
    try {
      const adapter = adapterFor({ address: other.address }, token);
      const { items } = await adapter.planRestore(whole(report), context());
      const by = new Map(items.map((item) => [item.code, item]));
      assert.equal(by.get('consul.tokensReturn')?.severity, 'warning');
      assert.equal(by.get('consul.ca')?.severity, 'warning');
    } finally {
      await other.stop();
    }
  });

  describe('with fewer rights', () => {
    it('backs up with acl = "write" alone, and leaves uncounted what it may not see whole', async () => {
      const adapter = adapterFor({ address: consul.address }, operator);
      const { report } = await save(adapter);
      const { counts } = await adapter.inventory(context());
      assert.equal(counts['KVS'], undefined);
      assert.equal(counts['Service'], undefined);
      assert.equal(counts['ACLToken'], report.counts['ACLToken']);
    });

    it('says which permission is missing', async () => {
      const anonymous = adapterFor({ address: consul.address });
      const error = await refused(
        anonymous.backup({ mode: 'consistent' }, context()),
        'consul.denied',
      );
      assert.match(`${error.message} ${error.next}`, /acl = "write"/);
      const status = await anonymous.status(context());
      assert.equal(status.datacenter, 'dc1');
      assert.match(status.warnings.join(), /agent = "read" and operator = "read"/);
      assert.deepEqual((await anonymous.inventory(context())).counts, {});
    });

    it('says that a token is not known', async () => {
      const adapter = adapterFor(
        { address: consul.address },
        '99999999-2222-3333-4444-555555555555',
      );
      await refused(adapter.backup({ mode: 'consistent' }, context()), 'consul.tokenUnknown');
      assert.match((await adapter.status(context())).warnings.join(), /does not know the token/);
    });

    it('refuses a restore without the right, and says so', async () => {
      const { bytes, report } = await save(adapterFor({ address: consul.address }, MASTER));
      const anonymous = adapterFor({ address: consul.address });
      await refused(
        anonymous.restore(
          { ...whole(report), stream: Readable.from([bytes]), size: bytes.length },
          context(),
        ),
        'consul.denied',
      );
      const checks = await adapterFor({ address: consul.address }, MASTER).checkRestored(
        whole(report),
        {},
        context(),
      );
      assert.equal(checks.find(({ name }) => name === 'KVS')?.found, KEYS.size);
    });

    it('explains that the restore took the token away, and checks with another', async () => {
      const own = adapterFor({ address: consul.address }, MASTER);
      const { bytes, report } = await save(own);
      const made = await must(consul, 'PUT', '/v1/acl/token', {
        Policies: [{ ID: '00000000-0000-0000-0000-000000000001' }],
      });
      const newer = adapterFor(
        { address: consul.address },
        (made as { SecretID: string }).SecretID,
      );
      const { items } = await newer.planRestore(whole(report), context());
      assert.ok(items.some(({ code }) => code === 'consul.tokensReturn'));
      await newer.restore(
        { ...whole(report), stream: Readable.from([bytes]), size: bytes.length },
        context(),
      );
      const error = await refused(
        newer.checkRestored(whole(report), {}, context()),
        'consul.tokenUnknown',
      );
      assert.match(error.next, /The restore was done/);
      const checks = await newer.checkRestored(whole(report), { token: MASTER }, context());
      assert.equal(checks.find(({ name }) => name === 'KVS')?.found, KEYS.size);
    });
  });

  describe('what is refused', () => {
    it('another datacenter', async () => {
      const adapter = adapterFor({ address: consul.address, datacenter: 'dc9' }, MASTER);
      const error = await refused(
        adapter.backup({ mode: 'stale' }, context()),
        'consul.wrongDatacenter',
      );
      assert.match(error.message, /"dc9".*"dc1"/);
      await refused(adapter.status(context()), 'consul.wrongDatacenter');
    });

    it('an unknown mode', async () => {
      const adapter = adapterFor({ address: consul.address }, MASTER);
      await refused(adapter.backup({ mode: 'other' }, context()), 'core.unsupported');
    });

    it('something that is no snapshot, and nothing is replaced', async () => {
      const adapter = adapterFor({ address: consul.address }, MASTER);
      const { report, bytes } = await save(adapter);
      const error = await refused(
        adapter.restore(
          { ...whole(report), stream: Readable.from([Buffer.from('hello')]), size: undefined },
          context(),
        ),
        'consul.restoreRejected',
      );
      assert.match(error.message, /failed to decompress/);
      const damaged = Buffer.from(bytes);
      damaged.writeUInt8(damaged.readUInt8(damaged.length - 40) ^ 1, damaged.length - 40);
      await refused(
        adapter.restore(
          { ...whole(report), stream: Readable.from([damaged]), size: damaged.length },
          context(),
        ),
        'consul.restoreRejected',
      );
      const checks = await adapter.checkRestored(whole(report), {}, context());
      assert.equal(checks.find(({ name }) => name === 'KVS')?.found, KEYS.size);
    });

    it('a snapshot whose source failed: the cluster never gets a whole one', async () => {
      const adapter = adapterFor({ address: consul.address }, MASTER);
      const { report, bytes } = await save(adapter);
      await must(consul, 'PUT', '/v1/kv/newer', Buffer.from('since'));
      async function* failing() {
        await Promise.resolve();
        yield bytes.subarray(0, bytes.length - 10);
        throw new Error('the disk is gone');
      }
      for (const size of [undefined, bytes.length]) {
        const body = Readable.from(failing(), { objectMode: false });
        await assert.rejects(
          adapter.restore({ ...whole(report), stream: body, size }, context()),
          /the disk is gone/,
        );
      }
      assert.equal((await consul.request('GET', '/v1/kv/newer')).status, 200);
      await must(consul, 'DELETE', '/v1/kv/newer');
      assert.ok(report.totalSize > 0);
    });
  });
});
