import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { swarm as definition } from '../../../src/adapters/swarm/definition';
import type { ItemisedAdapter } from '../../../src/core/ports';
import { startEngine } from '../../../src/sandbox/parts/dockerEngine';
import type { RunningEngine } from '../../../src/sandbox/parts/dockerEngine';
import { startSwarm } from '../../../src/sandbox/parts/dockerSwarm';
import type { RunningSwarm } from '../../../src/sandbox/parts/dockerSwarm';
import { adapterContract } from '../../contract/adapter';
import { formatById } from '../../../src/snapshots/formats';
import { context, inVolume, manifestOf, refused, save, Station, traces } from './support';
import { untilRunning } from './support';

const run = promisify(execFile);

describe('Docker Swarm: an engine that is in no swarm, then in one', function () {
  this.timeout(300_000);
  let engine: RunningEngine;
  let station: Station;
  before(async () => {
    station = await Station.make();
    engine = await startEngine({ hostname: 'node1' });
    await engine.importBusybox('shell:1');
    await engine.docker('volume', 'create', 'data');
    await inVolume(engine, 'data', 'dd if=/dev/urandom of=/v/file bs=1M count=16');
  });
  after(async () => {
    await station.remove();
    await engine.stop();
  });
  afterEach(() => station.close());
  const adapter = (): ItemisedAdapter => station.adapter({ host: engine.host });

  it('gives its volumes, and says what it is not', async () => {
    const status = await adapter().status(context());
    assert.equal(status.health, 'degraded');
    assert.match(status.reason ?? '', /in no swarm/);
    const manifest = manifestOf(await save(adapter()));
    assert.equal(manifest.swarm, undefined);
    assert.deepEqual(manifest.definitions, { volume: 1 });
    assert.match(manifest.notes.join(), /in no swarm/);
    await refused(
      adapter().backup({ mode: 'live', scope: { parts: ['raft'] } }, context()),
      'swarm.noManager',
    );
    assert.deepEqual(await adapter().inventory(context()), { counts: { Volume: 1 } });
  });

  it('names a volume that its engine can not mount, and takes the others', async () => {
    const options = ['-o', 'type=none', '-o', 'o=bind', '-o', 'device=/no/such/folder'];
    await engine.docker('volume', 'create', ...options, 'broken');
    const manifest = manifestOf(await save(adapter()));
    assert.deepEqual(
      manifest.volumes.map(({ name }) => name),
      ['data'],
    );
    assert.equal(manifest.left[0]?.name, 'broken');
    assert.equal(manifest.left[0].reason, 'notKept');
    assert.match(manifest.left[0].message, /no such file/);
    assert.equal(await traces(engine), '');
    await engine.docker('volume', 'rm', 'broken');
  });

  it('fails when the engine dies in the middle, and cleans up with the next run', async () => {
    const cut = adapter();
    const source = await cut.backup({ mode: 'live' }, context());
    let seen = 0;
    await assert.rejects(async () => {
      for await (const chunk of source.stream as AsyncIterable<Buffer>) {
        seen += chunk.length;
        if (seen > 3_000_000) await engine.kill();
      }
    }, /cut|engine/i);
    await cut.close();
    await engine.startDaemon();
    assert.notDeepEqual(await adapter().interrupted?.(), []);
    await adapter().resume?.(context());
    assert.deepEqual(await adapter().interrupted?.(), []);
    assert.equal(await traces(engine), '');
  });

  for (const autolock of [false, true]) {
    it(`gives its Raft state, hot and cold, autolock ${autolock ? 'on' : 'off'}`, async () => {
      if (!autolock) await engine.docker('swarm', 'init', '--advertise-addr', engine.address);
      await engine.docker('swarm', 'update', `--autolock=${autolock}`);
      const swarmFolder = join(engine.dataRoot, 'swarm');
      const both = { host: engine.host, swarmFolder };
      const scope = { parts: ['raft'] };
      const hot = await save(station.adapter(both), { mode: 'live', scope });
      assert.equal(manifestOf(hot).raft?.taken, 'hot');
      assert.equal(manifestOf(hot).raft?.autolock, autolock);
      assert.equal(manifestOf(hot).raft?.address, engine.address);
      assert.match(hot.notes.join(), /running/);

      // The engine runs, but is looked for elsewhere.
      const astray = { host: 'unix:///no/such.sock', swarmFolder };
      await refused(
        station.adapter(astray).backup({ mode: 'live', scope }, context()),
        'swarm.engineRunning',
      );
      await engine.stopDaemon();
      const cold = await save(station.adapter(both), { mode: 'live', scope });
      const { raft, mode } = manifestOf(cold);
      assert.equal(mode, 'cold');
      assert.deepEqual(
        [raft?.taken, raft?.autolock, raft?.address],
        ['cold', autolock, engine.address],
      );
      const { stdout } = await run('sh', ['-c', `cd ${swarmFolder} && find . -type f | sort`]);
      for (const name of stdout.trim().split('\n')) {
        assert.ok(cold.bytes.includes(name.slice(0, 60)), name);
      }
      await engine.startDaemon();
      if (!autolock) return;
      const locked = await adapter().status(context());
      assert.match(locked.reason ?? '', /locked/);
      await refused(adapter().backup({ mode: 'live' }, context()), 'swarm.locked');
    });
  }
});

describe('Docker Swarm: volumes on several nodes', function () {
  this.timeout(300_000);
  let swarm: RunningSwarm;
  let station: Station;
  before(async () => {
    station = await Station.make();
    swarm = await startSwarm(3, { workers: 2 });
    const [manager] = swarm.engines;
    for (const engine of swarm.engines) await engine.importBusybox('shell:1');
    await manager?.docker(
      ...['service', 'create', '--quiet', '--name', 'cache', '--mode', 'global'],
      ...['--mount', 'type=volume,source=cache,target=/data', 'shell:1', 'sleep', '100000'],
    );
    if (manager !== undefined) await untilRunning(manager, 'cache', 3);
  });
  after(async () => {
    await station.remove();
    await swarm.stop();
  });

  it('takes those of each engine that is listed, and names those of the others', async () => {
    const [manager, second, third] = swarm.engines;
    assert.ok(manager && second && third);
    const engines = [{ host: second.host, node: second.hostname }];
    const adapter = station.adapter({ host: manager.host, engines });
    const manifest = manifestOf(await save(adapter));
    assert.deepEqual(
      manifest.volumes.map(({ node, name }) => [node, name]).sort(),
      [manager, second].map(({ hostname }) => [hostname, 'cache']).sort(),
    );
    assert.deepEqual(
      manifest.left.map(({ kind, name, node, reason }) => [kind, name, node, reason]),
      [
        ['volume', 'cache', third.hostname, 'notReached'],
        ['node', third.hostname, undefined, 'notReached'],
      ],
    );
    const groups = (await adapter.contents?.(context())) ?? [];
    const volumes = groups.find(({ id }) => id === 'volumes');
    assert.match(volumes?.warning ?? '', new RegExp(third.hostname));
    assert.equal(volumes?.items.length, 3);
    const nodes = groups.find(({ id }) => id === 'nodes');
    assert.deepEqual(
      nodes?.items.map(({ state }) => state),
      ['good', 'good', 'good'],
    );

    const wrong = [{ host: second.host, node: third.hostname }];
    await refused(
      station.adapter({ host: manager.host, engines: wrong }).status(context()),
      'swarm.wrongNode',
    );
    const lost = [{ host: 'unix:///no/such.sock', node: third.hostname }];
    const status = await station.adapter({ host: manager.host, engines: lost }).status(context());
    assert.match(status.warnings.join(), new RegExp(third.hostname));
    await refused(
      station.adapter({ host: second.host }).backup({ mode: 'live' }, context()),
      'swarm.noManager',
    );
  });

  it('are brought to a standstill wherever they are, and back', async () => {
    const [manager, second, third] = swarm.engines;
    assert.ok(manager && second && third);
    const engines = [{ host: second.host }, { host: third.host }];
    const adapter = station.adapter({ host: manager.host, engines });
    const manifest = manifestOf(await save(adapter, { mode: 'consistent' }));
    assert.deepEqual(
      manifest.volumes.map(({ stopped }) => stopped),
      [['cache'], ['cache'], ['cache']],
    );
    await untilRunning(manager, 'cache', 3);
    for (const engine of swarm.engines) assert.equal(await traces(engine), '');
  });
});

describe('Docker Swarm: the contract of adapters', function () {
  this.timeout(300_000);
  let engine: RunningEngine;
  let station: Station;
  before(async () => {
    station = await Station.make();
    engine = await startEngine({ hostname: 'node1' });
    await engine.importBusybox('shell:1');
    await engine.docker('swarm', 'init', '--advertise-addr', engine.address);
    await engine.docker('volume', 'create', 'data');
    const large = randomBytes(6).toString('hex');
    await inVolume(engine, 'data', `dd if=/dev/urandom of=/v/${large} bs=1M count=24`);
  });
  after(async () => {
    await station.remove();
    await engine.stop();
  });

  adapterContract(definition, () => ({
    adapter: () => station.adapter({ host: engine.host }),
    unreachable: () => station.adapter({ host: `unix://${station.state}/nobody.sock` }),
    secrets: ['SWMTKN-1-'],
    check: async (bytes) => {
      const checker = (await formatById('swarm')).checker();
      await checker.push(bytes);
      return checker.finish();
    },
  }));
});
