import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { policyKey } from '../../../src/core/policy/policyKey';
import { vaultOptions } from '../../../src/compose/vaultOptions';
import { dueOf } from '../../../src/core/schedule/planned';
import { startConsul } from '../../../src/sandbox/parts/consulServer';
import type { RunningConsul } from '../../../src/sandbox/parts/consulServer';
import { temporaryFolder } from '../../../src/sandbox/parts/folders';
import { waitFor } from '../../../src/sandbox/parts/wait';
import { openFolderVault } from '../../../src/vaults/folder/folderVault';
import { startFaultProxy } from '../../support/faultProxy';
import type { FaultProxy } from '../../support/faultProxy';
import { Workplace } from '../cli/support';
import { silentLog } from '../operations/support';
import { AgentProcess } from './agentProcess';
import { Observer } from './observer';

/** How long the two work side by side (ms). */
const TOGETHER = 60_000;
const PATIENCE = 60_000;
const SCHEDULES = [
  { seconds: 3, count: 8 },
  { seconds: 15, count: 4 },
];
const POLICY = {
  schedules: SCHEDULES.map(({ seconds, count }) => ({ interval: `${seconds}s`, count })),
  jitter: '1s',
  verify: { every: '30s' },
};

const journal = z.object({
  activities: z.array(
    z.object({
      kind: z.string(),
      by: z.string(),
      state: z.string(),
      started: z.string(),
      finished: z.string().optional(),
      subject: z.string().optional(),
      error: z.object({ code: z.string() }).optional(),
    }),
  ),
});

describe('Two agents on one vault', function () {
  this.timeout(TOGETHER + 5 * PATIENCE);
  let consul: RunningConsul;
  let proxy: FaultProxy;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  /** Of two machines: one vault, a journal each. */
  let places: [Workplace, Workplace];
  const agents: AgentProcess[] = [];
  let observed: Observer | undefined;
  const lines: [string[], string[]] = [[], []];

  before(async () => {
    consul = await startConsul();
    proxy = await startFaultProxy(consul.address);
    folder = await temporaryFolder('two-agents');
    const homes = ['one', 'other'].map((name) => ({
      CLUSTER_BACKUP_HOME: join(folder.path, name),
    }));
    places = [
      new Workplace(join(folder.path, 'place'), homes[0]),
      new Workplace(join(folder.path, 'place'), homes[1]),
    ];
    await places[0].configure({
      prod: { system: 'consul', address: proxy.address, policy: POLICY },
    });
  });
  after(async () => {
    await observed?.stop();
    await Promise.all(agents.map((agent) => agent.child.stop('SIGKILL')));
    await proxy.close();
    await consul.stop();
    await folder.remove();
  });

  const activitiesOf = async (at: Workplace) =>
    journal
      .parse(await at.json(['activities', '--limit', '500']))
      .activities.filter(({ by }) => by.endsWith('(agent)'));

  it('make one backup at each moment between them, and one goes on where the other was killed', async () => {
    const vault = openFolderVault(vaultOptions(places[0].vault, silentLog));
    const observer = (observed = new Observer(vault, 'prod', SCHEDULES));
    const [one, other] = await Promise.all(
      places.map((at, index) => AgentProcess.start(at, {}, lines[index])),
    );
    assert.ok(one && other);
    agents.push(one, other);
    observer.start();
    const began = Date.now();
    await delay(TOGETHER);

    const both = await Promise.all([one.metrics(), other.metrics()]);
    const runs = both.map((metrics) =>
      Number(metrics.get('cluster_backup_runs_total{cluster="prod",result="done"}')),
    );
    assert.ok(Math.max(...runs) > 0, 'backups are made');
    const failed = both.map((metrics) =>
      Number(metrics.get('cluster_backup_runs_total{cluster="prod",result="failed"}')),
    );
    assert.deepEqual(failed, [0, 0], 'that the other was quicker is no failure');
    const planned = Math.floor((Date.now() - began) / 3000);
    const made = observer.scheduled();
    assert.ok(made.length >= planned / 2, `${made.length} of ${planned}`);

    // Whoever has the lock is killed in the middle of a backup.
    const isSnapshot = (method: string, path: string) =>
      method === 'GET' && path.startsWith('/v1/snapshot');
    const asked = () =>
      proxy.requests.filter(({ method, path }) => isSnapshot(method, path)).length;
    const before = asked();
    proxy.inject({ kind: 'stall', after: 2000 }, { when: isSnapshot });
    const lock = join(places[0].vault, 'prod', '.lock.json');
    const holder = await waitFor(
      'one of them to hold the lock in the middle of a backup',
      async () => {
        // One that was under way already is not held up, and would be done before it is killed.
        if (asked() === before) return undefined;
        const writing = (await places[0].vaultFiles()).some((name) => name.includes('.partial'));
        const { pid, purpose } = holderShape.parse(JSON.parse(await readFile(lock, 'utf8')));
        const agent = [one, other].find((each) => each.pid === pid);
        return writing && /backup/i.test(purpose) ? agent : undefined;
      },
      { timeoutMs: PATIENCE, everyMs: 20 },
    );
    const killed = Date.now();
    await holder.kill();
    proxy.inject(undefined);
    const living = holder === one ? other : one;
    await waitFor(
      'the other one to go on',
      () => observer.scheduled().some(({ created }) => created > killed) || undefined,
      { timeoutMs: PATIENCE },
    );
    // As long as a lock without a heartbeat counts at most, and as long again for a busy machine.
    const first = observer.scheduled().find(({ created }) => created > killed);
    assert.ok(
      first && first.created - killed < 30_000,
      `after ${(first?.created ?? 0) - killed} ms`,
    );
    assert.equal(await living.isHealthy(), true);
    await living.stop();
    await observer.stop();

    assert.deepEqual(observer.wrong, []);
    const key = policyKey({ vault: places[0].vault, name: 'prod' });
    const times = observer.scheduled().map(({ created }) => created);
    const moments = times.map((time) => Number(dueOf(POLICY, key, [], new Date(time))?.since));
    assert.equal(new Set(moments).size, moments.length, 'a moment has two backups');

    // No backup was checked by both at once, nor twice within the time that the policy asks for.
    const each = await waitFor(
      'the journal to know that the killed one runs no more',
      async () => {
        const told = await Promise.all(places.map(activitiesOf));
        return told.flat().some(({ state }) => state === 'running') ? undefined : told;
      },
      { timeoutMs: PATIENCE, everyMs: 1000 },
    );
    const all = each.flat();
    const checks = all.filter(({ kind, state }) => kind === 'verify' && state === 'done');
    assert.ok(checks.length > 0, 'backups are checked');
    for (const subject of new Set(checks.map((check) => check.subject))) {
      const of = checks.filter((check) => check.subject === subject);
      const begun = of.map(({ started }) => Date.parse(started)).sort((a, b) => a - b);
      const close = begun.filter((time, index) => time - (begun[index - 1] ?? 0) < 20_000);
      assert.deepEqual(close, [], `${subject} was checked twice`);
    }
    const [ofKilled = [], ofLiving = []] = (holder === one ? each : [...each].reverse()).map(
      (its) =>
        its
          .filter(({ state }) => !['done', 'cancelled'].includes(state))
          .map(({ kind, state }) => `${kind} ${state}`),
    );
    assert.deepEqual(ofLiving, [], 'nothing but the killed one ended otherwise');
    // A check goes on beside a backup: it may have been cut off with it.
    assert.deepEqual(
      ofKilled.filter((end) => end !== 'verify interrupted'),
      ['backup interrupted'],
    );
    assert.ok(ofKilled.length <= 2, ofKilled.join(', '));
    assert.deepEqual(
      (await places[0].vaultFiles()).filter((name) => name.includes('.partial')),
      [],
    );
    console.log(
      `      ${times.length} backups, ${runs.join(' and ')} of them side by side; ${checks.length} checks; ` +
        `the other went on ${(first.created - killed) / 1000} s after the kill`,
    );
  });
});

const holderShape = z.object({ pid: z.number(), purpose: z.string() });
