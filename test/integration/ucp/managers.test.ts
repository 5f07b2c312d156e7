import assert from 'node:assert/strict';
import { startSwarm } from '../../../src/sandbox/parts/dockerSwarm';
import type { RunningSwarm } from '../../../src/sandbox/parts/dockerSwarm';
import { installUcp } from '../../standins/ucp/image';
import { testContext } from '../../unit/adapters/context';
import { UcpSite, refused } from './site';

const VERSION = '3.1.16';

describe('UCP on three managers', function () {
  this.timeout(300_000);
  let swarm: RunningSwarm;
  let site: UcpSite;
  let names: string[];
  const engines = () => ({ engines: swarm.engines.slice(1).map(({ host }) => ({ host })) });

  before(async () => {
    swarm = await startSwarm(3);
    for (const engine of swarm.engines) await installUcp(engine, VERSION);
    const [first] = swarm.engines;
    assert.ok(first !== undefined);
    site = await UcpSite.make(first);
    names = swarm.engines.map(({ hostname }) => hostname);
  });
  after(async () => {
    await site.remove();
    await swarm.stop();
  });

  it('lists them, with the leader and who takes the backup', async () => {
    const [group] = (await site.adapter(engines()).contents?.(testContext())) ?? [];
    const items = group?.items ?? [];
    assert.deepEqual(
      items.map(({ id, kind, state }) => ({ id, kind, state })),
      names.map((name) => ({ id: `manager/${name}`, kind: 'manager', state: 'good' })),
    );
    const leaders = items.filter(({ description }) => /leader/.test(description ?? ''));
    const takers = items.filter(({ description }) => /takes the/.test(description ?? ''));
    assert.equal(leaders.length, 1);
    assert.equal(takers.length, 1);
    assert.notEqual(takers[0]?.name, leaders[0]?.name);
    const { version, quorum, health } = await site.adapter(engines()).status(testContext());
    assert.deepEqual(
      { version, quorum, health },
      {
        version: VERSION,
        quorum: { needed: 2, alive: 3, total: 3 },
        health: 'healthy',
      },
    );
  });

  it('knows those of whom the entry has no engine, and refuses them', async () => {
    const [group] = (await site.adapter().contents?.(testContext())) ?? [];
    assert.equal(group?.items.filter(({ outOfReach }) => outOfReach === true).length, 2);
    const attempt = site.operations.backup(
      { cluster: site.cluster(), on: names[2] ?? '', origin: { kind: 'manual' } },
      testContext(),
    );
    await refused(attempt, 'ucp.noManager');
  });

  it('takes the backup where it was asked for, or says where', async () => {
    const adapter = site.adapter(engines());
    const plan = await adapter.planBackup?.({ mode: 'container' }, testContext());
    assert.equal(plan?.candidates?.length, 3);
    assert.ok(!plan.items.some(({ code }) => code === 'ucp.singleManager'));
    assert.ok(plan.items.some(({ code }) => code === 'ucp.stops'));
    for (const on of [undefined, names[2]]) {
      const { manifest } = await site.operations.backup(
        { cluster: site.cluster(engines()), on, origin: { kind: 'manual' } },
        testContext(),
      );
      assert.equal(manifest.source?.node, on ?? plan.on);
    }
  });

  it('is degraded, and avoids the one whose controller is down', async () => {
    const adapter = site.adapter(engines());
    const plan = await adapter.planBackup?.({ mode: 'container' }, testContext());
    const ill = swarm.engines.find(({ hostname }) => hostname === plan?.on);
    assert.ok(ill !== undefined);
    await ill.docker('stop', '--time', '1', 'ucp-controller');
    try {
      const { health, reason } = await adapter.status(testContext());
      assert.equal(health, 'degraded');
      assert.match(reason ?? '', new RegExp(`ucp-controller on ${ill.hostname} does not run`, 'i'));
      const next = await adapter.planBackup?.({ mode: 'container' }, testContext());
      assert.ok(next?.on !== undefined && next.on !== ill.hostname);
    } finally {
      await ill.docker('start', 'ucp-controller');
    }
  });
});
