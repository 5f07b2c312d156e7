import assert from 'node:assert/strict';
import { startSwarm } from '../../../src/sandbox/parts/dockerSwarm';
import type { RunningSwarm } from '../../../src/sandbox/parts/dockerSwarm';
import { context, inVolume, manifestOf, save, Station } from './support';

describe('Docker Swarm: two nodes with one host name', function () {
  this.timeout(300_000);
  let swarm: RunningSwarm;
  let station: Station;
  before(async () => {
    station = await Station.make();
    swarm = await startSwarm(2, { engine: { hostname: 'twin' }, workers: 1 });
    for (const [index, engine] of swarm.engines.entries()) {
      await engine.importBusybox('shell:1');
      await engine.docker('volume', 'create', 'data');
      await inVolume(engine, 'data', `echo "this is node number ${index}" > /v/file`);
    }
  });
  after(async () => {
    await station.remove();
    await swarm.stop();
  });

  it('are told apart in ids and in the archive, and said', async () => {
    const [manager, worker] = swarm.engines;
    assert.ok(manager && worker);
    const adapter = station.adapter({ host: manager.host, engines: [{ host: worker.host }] });
    const saved = await save(adapter, { mode: 'live' });
    const manifest = manifestOf(saved);
    const ids = manifest.volumes.map(({ id }) => id).sort((a, b) => a.length - b.length);
    const [first, second] = ids;
    assert.equal(ids.length, 2);
    assert.equal(first, 'volume/twin/data');
    assert.match(second ?? '', /^volume\/twin\.[0-9a-z]{25}\/data$/);
    assert.equal(new Set(manifest.volumes.map(({ folder }) => folder)).size, 2);
    assert.equal(manifest.definitions.node, 2);
    const text = saved.bytes.toString('latin1');
    for (const index of [0, 1]) {
      assert.equal(text.split(`this is node number ${index}\n`).length, 2, `of node ${index} once`);
    }
    assert.match(manifest.notes.join('\n'), /2 nodes have the host name twin; .* twin and twin\./);

    const { warnings, servers } = await adapter.status(context());
    assert.match(warnings.join('\n'), /2 nodes have the host name twin/);
    assert.equal(new Set(servers.map(({ name }) => name)).size, 2);
    // The same names with every run: a volume keeps its id.
    assert.deepEqual(
      manifestOf(await save(adapter, { mode: 'live' }))
        .volumes.map(({ id }) => id)
        .sort((a, b) => a.length - b.length),
      ids,
    );
  });
});
