import assert from 'node:assert/strict';
import { startSwarm } from '../../../src/sandbox/parts/dockerSwarm';
import type { RunningSwarm } from '../../../src/sandbox/parts/dockerSwarm';
import type { RunningEngine } from '../../../src/sandbox/parts/dockerEngine';
import { importUcp, installUcp } from '../../standins/ucp/image';
import { blockersOf, lineOf, RestoreSite } from '../../support/ucp/restoreSite';
import { testContext } from '../../unit/adapters/context';
import { makePlace } from '../operations/support';
import type { Place } from '../operations/support';
import { UcpSite, refused } from './site';

const VERSION = '3.2.6';
const origin = { kind: 'manual' } as const;

describe('UCP at the engine of a worker', function () {
  this.timeout(300_000);
  let swarm: RunningSwarm;
  let manager: RunningEngine;
  let worker: RunningEngine;
  let site: UcpSite;
  let place: Place;

  before(async () => {
    [swarm, place] = await Promise.all([startSwarm(2, { workers: 1 }), makePlace()]);
    [manager, worker] = swarm.engines as [RunningEngine, RunningEngine];
    await installUcp(manager, VERSION);
    await importUcp(worker, VERSION);
    site = await UcpSite.make(worker);
  });
  after(async () => {
    await site.remove();
    await swarm.stop();
    await place.remove();
  });

  it('is not backed up there, and is where a manager is listed beside it', async () => {
    const alone = site.operations.backup({ cluster: site.cluster(), origin }, testContext());
    const error = await refused(alone, 'ucp.notInstalled');
    assert.match(error.message, new RegExp(worker.hostname));
    assert.match(error.next, /a manager/);
    const cluster = site.cluster({ engines: [{ host: manager.host }] });
    const { manifest } = await site.operations.backup({ cluster, origin }, testContext());
    assert.equal(manifest.source?.['node'], manager.hostname);
    await site.assertClean(1);
  });

  it('is not restored there, and is on the manager that is listed beside it', async () => {
    const on = new RestoreSite(place, [manager]);
    const at = new RestoreSite(place, [worker]);
    try {
      const backup = await on.backUp();
      const blocked = await at.plan(backup);
      assert.ok(blockersOf(blocked).includes('ucp.worker'), blockersOf(blocked).join());
      assert.match(
        lineOf(blocked, 'ucp.worker').title,
        new RegExp(`^${worker.hostname} is a work`),
      );
      assert.equal(blocked.possible, false);
      const plan = await at.plan(backup, {
        fields: { engines: [{ host: manager.host }] },
        choices: { answers: { uninstall: VERSION } },
      });
      assert.deepEqual(blockersOf(plan), []);
      assert.match(
        lineOf(plan, 'ucp.manager').title,
        new RegExp(`^Restored on ${manager.hostname}`),
      );
    } finally {
      await Promise.all([on.lab.stop(), at.lab.stop()]);
    }
  });
});
