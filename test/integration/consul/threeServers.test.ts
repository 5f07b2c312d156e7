import assert from 'node:assert/strict';
import type { RunningConsul } from '../../../src/sandbox/parts/consulServer';
import { startConsul } from '../../../src/sandbox/parts/consulServer';
import { waitFor } from '../../../src/sandbox/parts/wait';
import { MASTER, adapterFor, closeAdapters, context, must, refused, save, whole } from './support';

describe('Consul: three servers', function () {
  this.timeout(180_000);
  let consul: RunningConsul;
  let survivor: number;

  before(async () => {
    consul = await startConsul({ servers: 3, acl: { masterToken: MASTER } });
    await must(consul, 'PUT', '/v1/kv/a', Buffer.from('1'));
  });
  after(() => consul.stop());
  afterEach(closeAdapters);
  const adapter = (index: number, more = {}) =>
    adapterFor({ address: consul.addresses[index], ...more }, MASTER);

  it('is healthy with all of them', async () => {
    const status = await waitFor(
      'all servers to be voters',
      async () => {
        const seen = await adapter(0).status(context());
        return seen.health === 'healthy' && seen.quorum?.total === 3 ? seen : undefined;
      },
      { timeoutMs: 60_000 },
    );
    assert.deepEqual(status.quorum, { needed: 2, alive: 3, total: 3 });
    assert.equal(status.servers.filter(({ leader }) => leader).length, 1);
    const { report } = await save(adapter(0));
    assert.equal(report.servers.length, 3);
  });

  it('tells how far behind a follower was', async () => {
    const leader = await consul.waitForLeader();
    const { notes, report } = await save(adapter((leader + 1) % 3), 'stale');
    assert.match(
      notes.join(),
      /^(Answered by a server that had heard from the leader \d+ ms before\.)?$/,
    );
    assert.ok((report.counts['KVS'] ?? 0) >= 1);
  });

  it('with its leader stopped: consistent is refused, stale works', async () => {
    const leader = await consul.waitForLeader();
    survivor = (leader + 1) % 3;
    await consul.stopServer(leader);
    const error = await refused(
      adapter(survivor)
        .backup({ mode: 'consistent' }, context())
        .then(async (source) => {
          source.stream.destroy();
          // The others had not noticed yet: then they must now.
          await waitFor(
            'the others to notice',
            async () =>
              (await adapter(survivor).status(context())).health === 'degraded' ? true : undefined,
            { timeoutMs: 60_000 },
          );
          return adapter(survivor).backup({ mode: 'consistent' }, context());
        }),
      'consul.degraded',
    );
    assert.match(error.message, new RegExp(`server-${leader} \\((failed|behind)\\)`));
    const status = await adapter(survivor).status(context());
    assert.deepEqual(status.quorum, { needed: 2, alive: 2, total: 3 });
    const { report, notes } = await save(adapter(survivor), 'stale');
    assert.ok((report.counts['KVS'] ?? 0) >= 1);
    assert.match(notes.join(), /The cluster was degraded/);
  });

  it('with no quorum: says so quickly, still gives a stale backup, and refuses one that is too old', async () => {
    const other = [0, 1, 2].find(
      (index) => index !== survivor && consul.pids()[index] !== undefined,
    );
    await consul.stopServer(other ?? 0);
    const status = await waitFor(
      'the last server to notice',
      async () => {
        const seen = await adapter(survivor).status(context());
        return seen.health === 'noLeader' ? seen : undefined;
      },
      { timeoutMs: 60_000 },
    );
    assert.match(status.reason ?? '', /No server leads/);
    const toStatus = await quickest(() => adapter(survivor).status(context()));
    assert.ok(toStatus < 5000, `the status took ${toStatus} ms`);
    const began = Date.now();
    await refused(adapter(survivor).backup({ mode: 'consistent' }, context()), 'consul.noLeader');
    assert.ok(Date.now() - began < 30_000, `the refusal took ${Date.now() - began} ms`);
    const { report, notes } = await save(adapter(survivor), 'stale');
    assert.ok((report.counts['KVS'] ?? 0) >= 1);
    assert.match(notes.join(), /No leader was known/);
    const error = await refused(
      adapter(survivor, { staleLimit: 1 }).backup({ mode: 'stale' }, context()),
      'consul.staleTooOld',
    );
    assert.match(error.message, /ago; the limit is 1 s/);
    const toCount = await quickest(async () => {
      const { counts } = await adapter(survivor).inventory(context());
      assert.equal(counts['KVS'], report.counts['KVS']);
    });
    assert.ok(toCount < 5000, `counting took ${toCount} ms`);
    const { items } = await adapter(survivor).planRestore(whole(report), context());
    assert.ok(
      items.some(({ code, severity }) => code === 'consul.health' && severity === 'blocker'),
    );
  });
});

/**
 * Milliseconds of the quickest of three: what else this machine does may hold up one or two of them. Whoever waits for
 * Consul's own refusal waits for seven seconds each time.
 */
async function quickest(run: () => Promise<unknown>): Promise<number> {
  const took: number[] = [];
  while (took.length < 3 && took.every((ms) => ms >= 5000)) {
    const began = performance.now();
    await run();
    took.push(Math.round(performance.now() - began));
  }
  return Math.min(...took);
}
