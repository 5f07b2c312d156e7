import assert from 'node:assert/strict';
import type { Recovery, RecoveryStep } from '../../../src/core/recovery';
import type { RunningEngine } from '../../../src/sandbox/parts/dockerEngine';
import { startSwarm } from '../../../src/sandbox/parts/dockerSwarm';
import type { RunningSwarm } from '../../../src/sandbox/parts/dockerSwarm';
import { waitFor } from '../../../src/sandbox/parts/wait';
import { installUcp, isUcpInstalled, setFault } from '../../standins/ucp/image';
import { lineOf, RestoreSite, volumeSums } from '../../support/ucp/restoreSite';
import { makePlace } from '../operations/support';
import type { Place } from '../operations/support';

const VERSION = '3.2.6';
const IMAGE = `docker/ucp:${VERSION}`;

describe('The walk back from lost quorum with the stand-in of UCP', function () {
  this.timeout(900_000);

  let swarm: RunningSwarm;
  let place: Place;
  let site: RestoreSite;

  before(async () => {
    [swarm, place] = await Promise.all([startSwarm(3), makePlace()]);
  });
  after(async () => {
    await site.lab.stop();
    await swarm.stop();
    await place.remove();
  });

  const stepOf = (walk: Recovery, id: string): RecoveryStep => {
    const found = walk.steps.find((step) => step.id === id);
    assert.ok(found, `${id} is not among ${walk.steps.map((step) => step.id).join()}`);
    return found;
  };

  it('leads from two killed managers of three to a healthy UCP', async () => {
    const [one, two, three] = swarm.engines as [RunningEngine, RunningEngine, RunningEngine];
    await installUcp(two, VERSION);
    // What is left is not the entry's main engine.
    const engines = [one, two, three];
    site = new RestoreSite(place, [two]);
    const sums = await volumeSums(two, IMAGE);
    const backup = await site.backUp();
    const read = async () =>
      site.lab.call('recovery', { cluster: await site.cluster({}, engines) });
    const take = async (step: string, answers: Record<string, string> = {}) =>
      site.lab.call('recover', { cluster: await site.cluster({}, engines), step, answers });
    const until = async (holds: (walk: Recovery) => boolean): Promise<Recovery> => {
      let last: Recovery | undefined;
      return waitFor(
        'the walk to say so',
        async () => {
          last = await read();
          return holds(last) ? last : undefined;
        },
        { timeoutMs: 240_000, everyMs: 1000 },
      ).catch((error: unknown) =>
        assert.fail(`${String(error)}: ${JSON.stringify(last, null, 1)}`),
      );
    };

    const well = await until(({ state }) => state === 'healthy');
    assert.equal(stepOf(well, 'ucpRestore').state, 'done');
    assert.match(JSON.stringify(stepOf(well, 'ucpHealthy').facts), /has nothing of the product/);

    await Promise.all([one.kill(), three.kill()]);
    const lost = await until(({ state }) => state === 'lost');
    for (const id of ['ucpBackup', 'ucpUninstall', 'ucpRestore', 'ucpHealthy', 'ucpNodes']) {
      assert.equal(stepOf(lost, id).state, 'waiting', id);
    }
    await assert.rejects(take('ucpUninstall'), { code: 'recovery.notNow' });

    await setFault(two, 'unhealthy');
    await take('forceNewCluster');
    const ill = await until((walk) => stepOf(walk, 'ucpUninstall').state === 'next');
    assert.match(ill.summary, /UCP 3\.2\.6 is not healthy/);
    assert.equal(stepOf(ill, 'ucpBackup').state, 'optional');
    await assert.rejects(take('ucpRestore'), { code: 'recovery.byHand' });
    const bare = await take('ucpUninstall');
    assert.equal(await isUcpInstalled(two), false);
    assert.deepEqual(
      [stepOf(bare, 'ucpUninstall').state, stepOf(bare, 'ucpRestore').state],
      ['done', 'next'],
    );
    await setFault(two, undefined);

    // The main engine of the entry is dead: the manager that lives is found.
    const source = backup;
    const cluster = await site.cluster({}, engines);
    const plan = await site.lab.call('planRestore', { source, cluster, safetyBackup: false });
    assert.match(lineOf(plan, 'ucp.manager').title, new RegExp(`^Restored on ${two.hostname}`));
    await site.lab.call('restore', { source, cluster, plan });
    assert.equal(await volumeSums(two, IMAGE), sums);
    const restored = await read();
    assert.match(restored.summary, /UCP 3\.2\.6 is healthy/);
    assert.equal(stepOf(restored, 'ucpHealthy').state, 'done');
    assert.equal(stepOf(restored, 'ucpNodes').state, 'optional');

    // The others come back with what they knew, and join anew.
    await Promise.all([one.startDaemon(), three.startDaemon()]);
    await until((walk) => (stepOf(walk, 'joinOthers').facts ?? []).length === 2);
    for (const engine of [one, three]) await take('joinOthers', { engine: engine.host });
    const healed = await until(({ state }) => state === 'healthy');
    assert.match(healed.summary, /3 of 3 managers reachable.*UCP 3\.2\.6 is healthy/);
    assert.equal(stepOf(healed, 'ucpNodes').state, 'done');
  });
});
