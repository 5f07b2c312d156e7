import assert from 'node:assert/strict';
import { startSwarm } from '../../../src/sandbox/parts/dockerSwarm';
import type { RunningSwarm } from '../../../src/sandbox/parts/dockerSwarm';
import { waitFor } from '../../../src/sandbox/parts/wait';
import { installUcp, setFault } from '../../standins/ucp/image';
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

  it('refuses a second backup while one runs on another manager', async () => {
    const [, second] = swarm.engines;
    assert.ok(second !== undefined);
    await setFault(second, 'hang');
    const stop = new AbortController();
    const context = testContext(stop.signal);
    const cluster = site.cluster(engines());
    const origin = { kind: 'manual' } as const;
    const first = site.operations.backup({ cluster, on: names[1], origin }, context);
    first.catch(() => undefined);
    const [engine] = swarm.engines;
    assert.ok(engine !== undefined);
    const other = await UcpSite.make(engine);
    try {
      await waitFor(
        'the product to be in the middle',
        () => Promise.resolve(context.phases.some((p) => p.startsWith('Step 2')) || undefined),
        { timeoutMs: 120_000 },
      );
      const request = { cluster: other.cluster(engines()), on: names[2], origin };
      const { message } = await refused(
        other.operations.backup(request, testContext()),
        'ucp.busy',
      );
      assert.match(message, new RegExp(`On ${names[1] ?? ''} a container "ucp" with backup`));
      const plan = await other
        .adapter(engines())
        .planBackup?.({ mode: 'container', on: names[2] }, testContext());
      assert.ok(plan?.items.some(({ code }) => code === 'ucp.busy'));
    } finally {
      stop.abort();
      await refused(first, 'core.cancelled');
      await setFault(second, undefined);
      await other.remove();
    }
    const running = await second.docker('ps', '--format', '{{.Names}}');
    assert.deepEqual(running.split('\n').filter(Boolean).sort(), [
      'ucp-controller',
      'ucp-kv',
      'ucp-proxy',
    ]);
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

  it('says that an update is under way where the managers differ', async () => {
    const [, , third] = swarm.engines;
    assert.ok(third !== undefined);
    const other = await UcpSite.make(third);
    await other.install('3.1.15');
    try {
      const adapter = site.adapter(engines());
      const { version, warnings } = await adapter.status(testContext());
      assert.equal(version, VERSION);
      assert.match(warnings.join(), /different versions of UCP: 3\.1\.15, 3\.1\.16/);
      // Each is asked by the image of its own version.
      const { manifest } = await site.operations.backup(
        { cluster: site.cluster(engines()), on: names[2], origin: { kind: 'manual' } },
        testContext(),
      );
      assert.equal(manifest.system.version, '3.1.15');
      const plan = await adapter.planBackup?.({ mode: 'container' }, testContext());
      const line = plan?.items.find(({ code }) => code === 'ucp.versionsDiffer');
      assert.match(line?.detail ?? '', new RegExp(`${names[2] ?? ''}: 3\\.1\\.15`));
    } finally {
      await other.remove();
    }
  });
});
