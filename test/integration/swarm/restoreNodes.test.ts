import assert from 'node:assert/strict';
import type { SourceRef } from '../../../src/compose/parts';
import type { RunningEngine } from '../../../src/sandbox/parts/dockerEngine';
import { startEngine } from '../../../src/sandbox/parts/dockerEngine';
import { startSwarm } from '../../../src/sandbox/parts/dockerSwarm';
import type { RunningSwarm } from '../../../src/sandbox/parts/dockerSwarm';
import { waitFor } from '../../../src/sandbox/parts/wait';
import { ask } from '../../support/swarm/engineApi';
import { changeOf, Site } from './restoreSite';
import type { Place } from './restoreSite';
import { inVolume, refused, traces, untilRunning } from './support';

describe('Docker Swarm: a restore of several nodes', function () {
  this.timeout(300_000);
  let swarm: RunningSwarm;
  let site: Site;
  let backup: SourceRef;
  let manager: RunningEngine;
  let worker: RunningEngine;
  let both: Place;
  const only = [{ kind: 'volume', name: 'cache' }];
  const idOn = ({ hostname }: RunningEngine) => `volume/${hostname}/cache`;
  const told = (engine: RunningEngine, volume = 'cache') => inVolume(engine, volume, 'cat /v/who');

  before(async () => {
    site = await Site.make();
    swarm = await startSwarm(2, { workers: 1 });
    const [first, second] = swarm.engines;
    assert.ok(first && second);
    [manager, worker] = [first, second];
    both = { host: manager.host, engines: [{ host: worker.host, node: worker.hostname }] };
    for (const engine of swarm.engines) {
      await engine.importBusybox('shell:1');
      await engine.docker('volume', 'create', 'cache');
      await inVolume(engine, 'cache', `echo ${engine.hostname} > /v/who`);
    }
    await manager.docker(
      ...['service', 'create', '--quiet', '--name', 'cache', '--mode', 'global'],
      ...['--mount', 'type=volume,source=cache,target=/v', 'shell:1', 'sleep', '100000'],
    );
    await untilRunning(manager, 'cache', 2);
    backup = await site.backUp(both);
    await manager.docker('service', 'rm', 'cache');
  });
  after(async () => {
    await swarm.stop();
    await site.remove();
  });

  /** A volume goes once the containers of the removed service have, and one of them may come late. */
  const remove = async (volume = 'cache') => {
    const list = async (engine: RunningEngine, ...args: string[]) =>
      (await engine.docker(...args)).split('\n').filter((line) => line !== '');
    await waitFor(
      'the volume and all that uses it to be gone',
      async () => {
        const tasks = (await ask(manager.socket, 'GET', '/tasks')) as unknown[] | null;
        let isGone = tasks === null || tasks.length === 0;
        for (const engine of swarm.engines) {
          const users = await list(engine, 'ps', '-aq', '--filter', `volume=${volume}`);
          const there = await list(engine, 'volume', 'ls', '-q', '--filter', `name=^${volume}$`);
          if (users.length > 0) await engine.docker('rm', '-f', ...users).catch(() => undefined);
          if (there.length > 0) await engine.docker('volume', 'rm', volume).catch(() => undefined);
          isGone &&= users.length === 0 && there.length === 0;
        }
        return isGone || undefined;
      },
      { timeoutMs: 120_000 },
    );
  };

  it('puts each volume back on its own node, where the service finds it', async () => {
    await remove();
    const results = await site.restore(backup, both);
    assert.deepEqual(
      results.filter(({ result }) => result === 'failed' || result === 'notReached'),
      [],
    );
    for (const engine of swarm.engines) {
      assert.equal(await told(engine), `${engine.hostname}\n`);
      const task = (await engine.docker('ps', '-q', '--filter', 'volume=cache')).trim();
      assert.equal(await engine.docker('exec', task, 'cat', '/v/who'), `${engine.hostname}\n`);
      assert.equal(await traces(engine), '');
    }
    await manager.docker('service', 'rm', 'cache');
  });

  it('does nothing on a node whose engine is not given, and says which', async () => {
    await remove();
    const plan = await site.plan(backup, { host: manager.host }, { choices: { only } });
    assert.equal(changeOf(plan, idOn(manager)).action, 'create');
    assert.equal(changeOf(plan, idOn(worker)).code, 'nodeMissing');
    const item = plan.items.find(({ code }) => code === 'swarm.nodeMissing');
    assert.deepEqual(
      item?.questions?.map(({ answer }) => answer),
      [`node:${worker.hostname}`],
    );
    await refused(site.carryOut(backup, { host: manager.host }, plan), 'core.restoreIncomplete');
    assert.equal(await told(manager), `${manager.hostname}\n`);
    assert.equal(await worker.docker('volume', 'ls', '-q'), '');
  });

  it('lets another node take the place of one: the volume goes there under another name', async () => {
    const other = await startEngine();
    try {
      await other.importBusybox('shell:1');
      const answers = {
        [`node:${manager.hostname}`]: other.hostname,
        [`node:${worker.hostname}`]: other.hostname,
      };
      const rename = { [idOn(worker)]: 'cache-of-worker' };
      const results = await site.restore(backup, other, { choices: { only, answers, rename } });
      assert.deepEqual(
        results.map(({ result }) => result),
        ['done', 'done'],
      );
      assert.equal(await told(other), `${manager.hostname}\n`);
      assert.equal(await told(other, 'cache-of-worker'), `${worker.hostname}\n`);
    } finally {
      await other.stop();
    }
  });

  it('says that a service finds its volume under one name only, unless all nodes get the same', async () => {
    const choices = { rename: { [idOn(worker)]: 'beside' } };
    const plan = await site.plan(backup, both, { choices });
    assert.equal(changeOf(plan, 'service/cache').code, 'volumeSplit');
    const together = { rename: { [idOn(worker)]: 'beside', [idOn(manager)]: 'beside' } };
    await site.restore(backup, both, { choices: together });
    for (const engine of swarm.engines) {
      const task = (await engine.docker('ps', '-q', '--filter', 'volume=beside')).trim();
      assert.equal(await engine.docker('exec', task, 'cat', '/v/who'), `${engine.hostname}\n`);
    }
  });
});
