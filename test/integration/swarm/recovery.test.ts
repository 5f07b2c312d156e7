import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemById, systems } from '../../../src/adapters/registry';
import { createOperations } from '../../../src/compose/operations';
import type { Operations } from '../../../src/compose/operations';
import { resolveCluster } from '../../../src/compose/resolvedCluster';
import type { ResolvedCluster } from '../../../src/compose/resolvedCluster';
import { parseConfig } from '../../../src/core/config/parse';
import type { Recovery, RecoveryStep } from '../../../src/core/recovery';
import type { RunningEngine } from '../../../src/sandbox/parts/dockerEngine';
import { startSwarm } from '../../../src/sandbox/parts/dockerSwarm';
import type { RunningSwarm } from '../../../src/sandbox/parts/dockerSwarm';
import { waitFor } from '../../../src/sandbox/parts/wait';
import { makePlace } from '../operations/support';
import type { Place } from '../operations/support';
import { context } from '../consul/support';

const MINUTES = 60_000;

describe('The walk back from lost quorum', function () {
  this.timeout(10 * MINUTES);

  let place: Place;
  let swarm: RunningSwarm;
  let operations: Operations;
  let logged: string[];

  beforeEach(async () => {
    place = await makePlace();
    logged = [];
    operations = createOperations({
      activities: place.activities,
      state: join(place.folder, 'state'),
      by: 'test',
      env: {},
    });
  });

  afterEach(async () => {
    await swarm.stop();
    await place.remove();
  });

  /** A new table and a new connection each time: nothing is remembered in between. */
  const run = () => {
    const keep = (line: string) => void logged.push(line);
    return { ...context(), log: { debug: keep, info: keep, warn: keep, error: keep } };
  };
  const read = async (engines = swarm.engines) =>
    operations.recovery({ cluster: await clusterOf(place, engines) }, run());
  const take = async (
    step: string,
    answers: Record<string, string> = {},
    engines = swarm.engines,
  ): Promise<Recovery> =>
    operations.recover({ cluster: await clusterOf(place, engines), step, answers }, run());

  it('brings the services back on the manager that is left, and the others into it', async () => {
    swarm = await startSwarm(3);
    const [one, two, three] = swarm.engines as [RunningEngine, RunningEngine, RunningEngine];
    await one.docker('node', 'update', '--label-add', 'disk=fast', two.hostname);
    await startService(one, swarm.engines);

    const well = await read();
    assert.equal(well.state, 'healthy', well.summary);
    assert.equal(stepOf(well, 'forceNewCluster').state, 'done');
    await assert.rejects(take('forceNewCluster'), { code: 'recovery.quorumExists' });
    assert.equal((await one.docker('node', 'ls', '-q')).trim().split('\n').length, 3);

    await two.kill();
    await three.kill();
    const lost = await until(read, (r) => r.state === 'lost');
    assert.equal(stepOf(lost, 'forceNewCluster').state, 'next');
    assert.deepEqual(
      lost.steps.filter((s) => s.state === 'next').map((s) => s.id),
      ['forceNewCluster'],
    );
    for (const id of ['removeOld', 'joinOthers', 'healthy', 'rotate']) {
      await assert.rejects(take(id), { code: 'recovery.notNow' }, id);
    }
    await assert.rejects(take('copyRaft'), { code: 'recovery.byHand' });
    await assert.rejects(take('nothing'), { code: 'recovery.unknownStep' });

    const rebuilt = await take('forceNewCluster');
    assert.equal(rebuilt.state, 'degraded', rebuilt.summary);
    assert.deepEqual(await services(one), ['web']);
    await assert.rejects(take('forceNewCluster'), { code: 'recovery.quorumExists' });

    // One dead machine comes back with its old data: it is a stranger now.
    await two.startDaemon();
    await until(read, (r) => stepOf(r, 'joinOthers').state === 'next');
    const removing = await until(read, (r) => stepOf(r, 'removeOld').state === 'next');
    // Two lives: its old entry is kept until it has joined, for what it says of the machine.
    assert.deepEqual(
      stepOf(removing, 'removeOld').facts?.map(([name]) => name),
      [three.hostname],
    );
    const without = await take('removeOld');
    assert.equal(stepOf(without, 'removeOld').state, 'done', JSON.stringify(without));

    const joined = await take('joinOthers');
    assert.match(joined.summary, /2 of 2 managers reachable/);
    assert.equal((await one.docker('node', 'ls', '-q')).trim().split('\n').length, 2);
    const labels = await one.docker(
      'node',
      'inspect',
      '--format',
      '{{json .Spec.Labels}}',
      two.hostname,
    );
    assert.equal(labels.trim(), '{"disk":"fast"}');
    await three.startDaemon();
    const last = await until(read, (r) => stepOf(r, 'joinOthers').state === 'next');
    assert.match(JSON.stringify(stepOf(last, 'joinOthers').facts), new RegExp(three.hostname));
    await take('joinOthers');
    const healed = await take('healthy');
    assert.match(healed.summary, /3 of 3 managers reachable, all services run/);
    assert.equal(healed.state, 'healthy');
    await waitFor('three tasks', async () => ((await running(one)) === 3 ? true : undefined), {
      timeoutMs: 3 * MINUTES,
    });

    const token = (await one.docker('swarm', 'join-token', '-q', 'manager')).trim();
    await take('rotate');
    assert.notEqual((await one.docker('swarm', 'join-token', '-q', 'manager')).trim(), token);
    assert.ok(!logged.join('\n').includes(token) && !JSON.stringify(healed).includes(token));
  });

  it('does so with autolock on, where force-new-cluster alone loses the manager', async () => {
    swarm = await startSwarm(3, { initArgs: ['--autolock'] });
    const [one, two, three] = swarm.engines as [RunningEngine, RunningEngine, RunningEngine];
    const unlockKey = (await one.docker('swarm', 'unlock-key', '-q')).trim();
    await startService(one, swarm.engines);
    await two.kill();
    await three.kill();
    await until(read, (r) => r.state === 'lost');
    await assert.rejects(take('forceNewCluster'), { code: 'recovery.autolocked' });
    assert.match(await one.docker('info', '--format', '{{.Swarm.LocalNodeState}}'), /active/);

    // The trap, as somebody would walk into it by hand; and the way out of it.
    await assert.rejects(one.docker('swarm', 'init', '--force-new-cluster'));
    const trapped = await read();
    assert.equal(stepOf(trapped, 'cold').state, 'next', trapped.summary);
    await one.stopDaemon();
    await one.startDaemon();
    const locked = await read();
    assert.equal(stepOf(locked, 'unlock').state, 'next', locked.summary);
    assert.equal(stepOf(locked, 'forceNewCluster').state, 'waiting');
    const other = `SWMKEY-1-${Buffer.alloc(32, 7).toString('base64').replace('=', '')}`;
    await assert.rejects(take('unlock', { unlockKey: other }), { code: 'recovery.wrongUnlockKey' });
    const unlocked = await take('unlock', { unlockKey });
    assert.equal(stepOf(unlocked, 'forceNewCluster').state, 'next', unlocked.summary);

    await assert.rejects(take('openKey', { unlockKey: other }), {
      code: 'recovery.wrongUnlockKey',
    });
    await assert.rejects(take('forceNewCluster'), { code: 'recovery.autolocked' });
    await take('openKey', { unlockKey });
    // Unlocked in vain, the engine waits for a leader and would keep a rebuild waiting behind it.
    await assert.rejects(take('forceNewCluster'), { code: 'recovery.engineBusy' });
    // Asked to end, it would wait for that leader, too.
    await one.kill();
    await one.startDaemon();
    await until(read, (r) => stepOf(r, 'forceNewCluster').state === 'next');
    await take('forceNewCluster');
    assert.deepEqual(await services(one), ['web']);
    assert.equal((await one.docker('images', '-q', 'cluster-backup-recovery')).trim(), '');
    const images = await one.docker('ps', '-a', '--format', '{{.Image}} {{.Command}}');
    assert.doesNotMatch(images, /cluster-backup|none/);

    // The key is the engine's own again: it starts without being asked.
    await one.stopDaemon();
    await one.startDaemon();
    await until(read, (r) => r.state !== 'lost');
    await two.startDaemon();
    await until(read, (r) => stepOf(r, 'joinOthers').state === 'next');
    const joined = await take('joinOthers');
    assert.match(joined.summary, /2 of 2 managers reachable/);
    const journal = logged.join('\n');
    assert.ok(!journal.includes(unlockKey) && !journal.includes(other));
    const key = join(one.dataRoot, 'swarm/certificates/swarm-node.key.locked');
    assert.match(await readFile(key, 'utf8'), /ENCRYPTED PRIVATE KEY/);
  });

  it('rebuilds an autolocked manager that was not restarted without stopping its engine', async () => {
    swarm = await startSwarm(3, { initArgs: ['--autolock'] });
    const [one, two, three] = swarm.engines as [RunningEngine, RunningEngine, RunningEngine];
    const unlockKey = (await one.docker('swarm', 'unlock-key', '-q')).trim();
    await two.kill();
    await three.kill();
    await until(read, (r) => r.state === 'lost');
    const daemon = one.pid();
    await take('openKey', { unlockKey });
    const rebuilt = await take('forceNewCluster');
    assert.match(rebuilt.summary, /1 of 1 manager reachable/);
    assert.equal(stepOf(rebuilt, 'autolockOn').state, 'optional');
    assert.equal(one.pid(), daemon);
  });

  it('unlocks managers that were all restarted, and rebuilds nothing', async () => {
    swarm = await startSwarm(3, { initArgs: ['--autolock'] });
    const [one] = swarm.engines as [RunningEngine];
    const unlockKey = (await one.docker('swarm', 'unlock-key', '-q')).trim();
    await Promise.all(swarm.engines.map((e) => e.stopDaemon()));
    await Promise.all(swarm.engines.map((e) => e.startDaemon()));
    let walk = await read();
    assert.equal(walk.state, 'lost');
    for (let left = 3; left > 0; left--) {
      const step = stepOf(walk, 'unlock');
      assert.equal(step.state, 'next', walk.summary);
      assert.equal(step.facts?.length, left);
      assert.equal(
        stepOf(walk, 'forceNewCluster').state,
        left > 1 || walk.state === 'lost' ? 'waiting' : 'done',
      );
      const engine = step.questions?.find((q) => q.field === 'engine')?.options?.[0]?.value;
      walk = await take('unlock', { unlockKey, ...(engine === undefined ? {} : { engine }) });
    }
    await until(read, (r) => r.state === 'healthy');
  });

  it('has no use for a worker', async () => {
    swarm = await startSwarm(2, { workers: 1 });
    const worker = swarm.workers[0] as RunningEngine;
    const walk = await read([worker]);
    assert.equal(walk.state, 'lost');
    assert.equal(stepOf(walk, 'forceNewCluster').state, 'waiting');
    assert.match(stepOf(walk, 'forceNewCluster').reason ?? '', /A worker can’t be used/);
    assert.match(JSON.stringify(stepOf(walk, 'look').facts), /"worker, /);
    await assert.rejects(take('forceNewCluster', { engine: worker.host }, [worker]), {
      code: 'recovery.notNow',
    });
    const both = await read();
    assert.equal(both.state, 'healthy', both.summary);
  });
});

function stepOf(walk: Recovery, id: string): RecoveryStep {
  const step = walk.steps.find((s) => s.id === id);
  assert.ok(step, `${id} is not among ${walk.steps.map((s) => s.id).join()}`);
  return step;
}

async function until(
  read: () => Promise<Recovery>,
  holds: (walk: Recovery) => boolean,
): Promise<Recovery> {
  let last: Recovery | undefined;
  return waitFor(
    'the walk to say so',
    async () => {
      last = await read();
      return holds(last) ? last : undefined;
    },
    { timeoutMs: 3 * MINUTES, everyMs: 1000 },
  ).catch((error: unknown) => assert.fail(`${String(error)}: ${JSON.stringify(last, null, 1)}`));
}

async function startService(manager: RunningEngine, all: readonly RunningEngine[]): Promise<void> {
  for (const engine of all) await engine.importBusybox('test:1');
  await manager.docker(
    ...['service', 'create', '-d', '--name', 'web', '--replicas', '3', 'test:1', 'sleep', '10000'],
  );
  await waitFor('three tasks', async () => ((await running(manager)) === 3 ? true : undefined), {
    timeoutMs: 3 * MINUTES,
  });
}

async function running(manager: RunningEngine): Promise<number> {
  const format = ['--format', '{{.CurrentState}}', '--filter', 'desired-state=running'];
  const text = await manager.docker('service', 'ps', 'web', ...format);
  return text.split('\n').filter((line) => line.startsWith('Running')).length;
}

async function services(manager: RunningEngine): Promise<string[]> {
  return (await manager.docker('service', 'ls', '--format', '{{.Name}}')).trim().split('\n');
}

async function clusterOf(
  place: Place,
  [main, ...others]: readonly RunningEngine[],
): Promise<ResolvedCluster> {
  const system = systemById('swarm');
  const entry = {
    system: 'swarm',
    host: main?.host,
    engines: others.map((e) => ({ node: e.hostname, host: e.host })),
    vault: place.vault,
    encryption: 'none',
  };
  const text = JSON.stringify({ clusters: { prod: entry } });
  const file = join(place.folder, 'cluster-backup.jsonc');
  const parsed = parseConfig(text, file, { systems, defaultVault: place.vault });
  const [config] = parsed.clusters;
  assert.ok(config !== undefined && system !== undefined, JSON.stringify(parsed.problems));
  return resolveCluster(config, system, () => Promise.resolve(undefined));
}
