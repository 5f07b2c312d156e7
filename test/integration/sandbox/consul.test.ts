import assert from 'node:assert/strict';
import { startConsul } from '../../../src/sandbox/parts/consulServer';
import { httpRequest } from '../../../src/sandbox/parts/http';
import { startConsulStandIn } from '../../../src/sandbox/consulStandIn';
import { sampleKeys, seed } from '../../../src/sandbox/seed';

describe('The Consul that tests and the try-out start', function () {
  this.timeout(180_000);

  it('denies whoever has no token when ACLs are on, and shuts out who has no certificate', async () => {
    const consul = await startConsul({ acl: { masterToken: 'the-master-token' }, tls: true });
    try {
      assert.equal((await consul.request('GET', '/v1/snapshot', { token: '' })).status, 403);
      assert.equal((await consul.request('GET', '/v1/snapshot')).status, 200);
      await assert.rejects(
        httpRequest(`${consul.address}/v1/status/leader`, { rejectUnauthorized: false }),
      );
    } finally {
      await consul.stop();
    }
  });

  it('elects another leader when the leader is stopped, and takes it back', async () => {
    const consul = await startConsul({ servers: 3 });
    try {
      await consul.waitForHealth(true);
      const first = await consul.waitForLeader();
      await consul.stopServer(first);
      assert.equal(consul.pids()[first], undefined);
      assert.notEqual(await consul.waitForLeader(), first);
      await consul.waitForHealth(false);
      await consul.startServer(first);
      await consul.waitForHealth(true);
    } finally {
      await consul.stop();
    }
    assert.deepEqual(consul.pids(), [undefined, undefined, undefined]);
  });
});

describe('The stand-in for Consul', function () {
  this.timeout(180_000);

  it('makes snapshots that a real Consul restores, and restores those of a real Consul', async () => {
    const consul = await startConsul();
    const standIn = await startConsulStandIn();
    const put = async (address: string, path: string, body: string | Buffer): Promise<void> => {
      const reply = await httpRequest(`${address}${path}`, { method: 'PUT', body });
      assert.equal(reply.status, 200, `${path}: ${reply.body.toString()}`);
    };
    const get = async (address: string, path: string): Promise<Buffer> =>
      (await httpRequest(`${address}${path}`)).body;
    const keysOf = async (address: string): Promise<unknown> =>
      JSON.parse((await get(address, '/v1/kv/?keys')).toString());
    try {
      const expected = [...sampleKeys().keys()].sort();
      await seed((path, body) => put(standIn.address, path, body));
      assert.deepEqual(await keysOf(standIn.address), expected);

      await put(consul.address, '/v1/snapshot', await get(standIn.address, '/v1/snapshot'));
      assert.deepEqual(await keysOf(consul.address), expected);
      const web = await get(consul.address, '/v1/catalog/service/web');
      assert.equal((JSON.parse(web.toString()) as unknown[]).length, 2);

      const real = await get(consul.address, '/v1/snapshot');
      await put(standIn.address, '/v1/kv/added-later', 'x');
      await put(standIn.address, '/v1/snapshot', real);
      assert.deepEqual(await keysOf(standIn.address), expected);

      const damaged = Buffer.from(real.subarray(0, real.length - 20));
      const refused = await httpRequest(`${standIn.address}/v1/snapshot`, {
        method: 'PUT',
        body: damaged,
      });
      assert.equal(refused.status, 500);
    } finally {
      await standIn.stop();
      await consul.stop();
    }
  });
});
