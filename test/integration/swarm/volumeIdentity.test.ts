import assert from 'node:assert/strict';
import { openEngine } from '../../../src/adapters/docker/client';
import type { DockerEngine } from '../../../src/adapters/docker/engine';
import { parseDockerConnection } from '../../../src/adapters/docker/fields';
import { resolveTarget } from '../../../src/adapters/docker/target';
import { HelperContainers } from '../../../src/adapters/swarm/helperContainers';
import { startEngine } from '../../../src/sandbox/parts/dockerEngine';
import type { RunningEngine } from '../../../src/sandbox/parts/dockerEngine';
import { waitFor } from '../../../src/sandbox/parts/wait';
import { changeOf, Site } from './restoreSite';
import { inVolume, refused } from './support';

// The engine tells the change time of the volume's folder as the time of its creation.
describe('Docker Swarm: a volume that is written to stays the same volume', function () {
  this.timeout(300_000);
  let engine: RunningEngine;
  let site: Site;

  before(async () => {
    site = await Site.make();
    engine = await startEngine({ hostname: 'alpha' });
    await engine.importBusybox('shell:1');
    await engine.docker('swarm', 'init', '--advertise-addr', engine.address);
    await engine.docker('volume', 'create', 'data');
    await inVolume(engine, 'data', 'echo x > /v/first');
  });
  after(async () => {
    await engine.stop();
    await site.remove();
  });

  const created = () => engine.docker('volume', 'inspect', '-f', '{{.CreatedAt}}', 'data');
  /** Writes into its folder until the engine tells another time. */
  const write = async (): Promise<void> => {
    const before = await created();
    let count = 0;
    const other = async () => {
      await inVolume(engine, 'data', `echo x > /v/more${count++}; rm /v/more*`);
      return (await created()) === before ? undefined : true;
    };
    await waitFor('another time of creation', other, { timeoutMs: 60_000 });
  };
  const ofEngine = async (): Promise<DockerEngine> =>
    openEngine(await resolveTarget(parseDockerConnection({ host: engine.host }), {}), {});

  it('is not taken for another one, and not removed, when it is read just then', async () => {
    const real = await ofEngine();
    let written = 0;
    const busy: DockerEngine = {
      ...real,
      where: real.where,
      stream: (...args) => real.stream(...args),
      send: (...args) => real.send(...args),
      json: async (path, request, schema) => {
        if (path === '/containers/create') {
          await write();
          written++;
        }
        return real.json(path, request, schema);
      },
    };
    const helpers = new HelperContainers(busy, 'run1');
    const signal = AbortSignal.timeout(60_000);
    try {
      const container = await helpers.create({ volume: 'data' }, signal);
      await helpers.remove(container);
      assert.equal(written, 1);
      assert.equal(await inVolume(engine, 'data', 'cat /v/first'), 'x\n');
    } finally {
      await helpers.close(site.log);
      await real.close();
    }
  });

  it('is told from one that the engine made in its place, which goes away again', async () => {
    await engine.docker('volume', 'create', 'gone');
    const real = await ofEngine();
    const losing: DockerEngine = {
      ...real,
      where: real.where,
      stream: (...args) => real.stream(...args),
      send: (...args) => real.send(...args),
      json: async (path, request, schema) => {
        if (path === '/containers/create') await engine.docker('volume', 'rm', 'gone');
        return real.json(path, request, schema);
      },
    };
    const helpers = new HelperContainers(losing, 'run2');
    try {
      const signal = AbortSignal.timeout(60_000);
      await refused(helpers.create({ volume: 'gone' }, signal), 'swarm.volumeLost');
      assert.ok(!(await engine.docker('volume', 'ls', '-q')).includes('gone'));
    } finally {
      await helpers.close(site.log);
      await real.close();
    }
  });

  it('counts as restored by an earlier run, with what was written since', async () => {
    const backup = await site.backUp(engine);
    await engine.docker('volume', 'rm', 'data');
    await site.restore(backup, engine);
    await write();
    await inVolume(engine, 'data', 'echo y > /v/since');
    const change = changeOf(await site.plan(backup, engine), 'volume/alpha/data');
    assert.equal(change.action, 'leave', JSON.stringify(change));
    assert.match(change.reason ?? '', /An earlier restore/);
    // The mark of a restore is no part of the volume's definition.
    const again = await site.backUp(engine);
    const same = changeOf(await site.plan(again, engine), 'volume/alpha/data');
    assert.equal(same.action, 'leave', JSON.stringify(same));
  });
});
