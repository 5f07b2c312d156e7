import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { policyKey } from '../../../src/core/policy/policyKey';
import { vaultOptions } from '../../../src/compose/vaultOptions';
import { policyBackup } from '../../../src/core/policy/policyBackup';
import { decide } from '../../../src/core/retention/decide';
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

/** How long the agent lives in all; shorter only while working on this test. */
const SECONDS = Number(process.env.CLUSTER_BACKUP_TEST_AGENT_SECONDS ?? 300);
/** What a busy machine may take for anything (ms). */
const PATIENCE = 60_000;
/** After it was out, the agent has to start, to clear up, or to wait until it tries again (ms). */
const RECOVERY = 30_000;

const TOKEN = '8d1f0e7c-6b5a-4f93-8e2d-1c0b9a8f7e6d';
const PASSPHRASE = 'seven quiet herons over the weir';
const SCHEDULES = [
  { seconds: 5, count: 6 },
  { seconds: 20, count: 4 },
  { seconds: 60, count: 3 },
];
const POLICY = {
  schedules: SCHEDULES.map(({ seconds, count }) => ({ interval: `${seconds}s`, count })),
  manualCount: 1,
  jitter: '1s',
  verify: { every: '1m' },
};

const activitiesShape = z.object({
  activities: z.array(
    z.object({
      kind: z.string(),
      by: z.string(),
      started: z.string(),
      state: z.string(),
      backupId: z.string().optional(),
    }),
  ),
});

interface Outage {
  from: number;
  to: number;
  why: string;
}

describe('The real agent', function () {
  this.timeout((SECONDS + 300) * 1000);
  let consul: RunningConsul;
  let proxy: FaultProxy;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let at: Workplace;
  let env: Record<string, string>;
  let agent: AgentProcess | undefined;
  const lines: string[] = [];
  const ended = new AbortController();
  let observer: Observer | undefined;

  before(async () => {
    consul = await startConsul({ acl: { masterToken: TOKEN } });
    proxy = await startFaultProxy(consul.address);
    folder = await temporaryFolder('real-agent');
    at = new Workplace(join(folder.path, 'place'));
    await at.configure({
      prod: {
        system: 'consul',
        address: proxy.address,
        token: { secret: 'consul' },
        encryption: { passphrase: { secret: 'backups' } },
        policy: POLICY,
      },
    });
    const tokenFile = join(folder.path, 'token');
    await writeFile(tokenFile, `${TOKEN}\n`, { mode: 0o600 });
    env = {
      CLUSTER_BACKUP_SECRET_CONSUL_FILE: tokenFile,
      CLUSTER_BACKUP_SECRET_BACKUPS: PASSPHRASE,
    };
  });
  after(async () => {
    ended.abort();
    await observer?.stop();
    await agent?.child.stop('SIGKILL');
    await proxy.close();
    await consul.stop();
    await folder.remove();
  });

  it(`does what the policy says for ${SECONDS} seconds, killed, asleep and without its cluster`, async () => {
    const began = Date.now();
    const until = (part: number) => delay(Math.max(0, began + part * SECONDS * 1000 - Date.now()));
    const outages: Outage[] = [];
    const vault = openFolderVault(vaultOptions(at.vault, silentLog));
    const observed = new Observer(vault, 'prod', SCHEDULES);
    observer = observed;

    const start = async () => (agent = await AgentProcess.start(at, env, lines));
    const out = async (why: string, during: () => Promise<void>) => {
      const from = Date.now();
      await during();
      outages.push({ from, to: Date.now(), why });
    };
    const restarted = (why: string) =>
      out(why, async () => {
        await agent?.kill();
        await delay(Math.random() * 4000);
        await start();
      });
    const killedInTheMiddle = () =>
      out('killed in the middle of a backup', async () => {
        proxy.inject(
          { kind: 'stall', after: 2000 },
          { when: (method, path) => method === 'GET' && path.startsWith('/v1/snapshot') },
        );
        await waitFor(
          'a partial file',
          async () => (await at.vaultFiles()).some((n) => n.includes('.partial')) || undefined,
          { timeoutMs: PATIENCE },
        );
        await agent?.kill();
        proxy.inject(undefined);
        await start();
      });

    await start();
    observed.start();
    const writing = writeKeys(consul, ended.signal);
    const watching = watchMetrics(() => agent, ended.signal);
    const inTheMiddle: number[] = [];

    await until(0.1);
    await byHand(at, env);
    await until(0.17 + Math.random() * 0.02);
    await restarted('killed');
    await until(0.28);
    inTheMiddle.push(Date.now());
    await killedInTheMiddle();
    await until(0.4);
    await out('asleep', async () => {
      agent?.signal('SIGSTOP');
      await delay(SECONDS * 100);
      agent?.signal('SIGCONT');
    });
    await until(0.58);
    await byHand(at, env);
    await out('without Consul', async () => {
      await consul.stopServer(0);
      await delay(SECONDS * 67);
      await consul.startServer(0);
      await consul.waitForLeader(PATIENCE);
    });
    await until(0.74);
    inTheMiddle.push(Date.now());
    await killedInTheMiddle();
    await until(0.82 + Math.random() * 0.02);
    await restarted('killed');
    await until(1);

    // Whatever it was at is done, and nothing goes any more: the agent has caught up.
    await waitFor(
      'nothing to be pruned or checked',
      async () => {
        const backups = (await observed.look()).map(policyBackup);
        const { decisions } = decide(POLICY, backups, new Date());
        const metrics = await agent?.metrics();
        const overdue = metrics?.get('cluster_backup_checks_overdue{cluster="prod"}');
        const counted = metrics?.get('cluster_backup_backups{cluster="prod"}');
        const done = decisions.every(({ keep }) => keep);
        return (done && overdue === 0 && counted === backups.length) || undefined;
      },
      { timeoutMs: 2 * PATIENCE, everyMs: 50 },
    );
    await agent?.stop();
    const finish = Date.now();
    ended.abort();
    await writing;
    const { samples, memory } = await watching;
    await observed.stop();
    assert.match(lines.at(-1) ?? '', /The agent has ended/, lines.slice(-5).join('\n'));

    // What is there: what the product decides, and what the plain model holds of all that ever was.
    const there = await vault.list('prod');
    assert.deepEqual(observed.wrong, []);
    const { decisions } = decide(POLICY, there.map(policyBackup), new Date());
    const going = decisions.filter(({ keep }) => !keep).length;
    // One that was made while the agent was told to end is pruned after by the next one.
    assert.ok(going <= 1, `${going} should have gone`);
    const scheduled = there.filter(({ manifest }) => manifest.origin.kind === 'schedule');
    const ids = scheduled.map(({ manifest }) => manifest.id);
    const held = observed.held();
    assert.deepEqual(
      [...held].filter((id) => !ids.includes(id)),
      [],
      'held and not there',
    );
    assert.ok(ids.length - held.size <= 1, `${ids.length} are there, ${held.size} are held`);
    const manual = there.filter(({ manifest }) => manifest.origin.kind === 'manual');
    assert.deepEqual(
      manual.map(({ manifest }) => manifest.label),
      ['by-hand-2'],
      'of two made by hand the newer one is kept',
    );

    // Each planned moment has one backup, but where the agent or the cluster was away.
    const made = observed.scheduled();
    const key = policyKey({ vault: at.vault, name: 'prod' });
    const moments = made.map(({ created }) => dueOf(POLICY, key, [], new Date(created))?.since);
    assert.equal(new Set(moments.map(Number)).size, made.length, 'a moment has two backups');
    const gaps = gapsOf([...made.map(({ created }) => created), finish], began);
    const unexplained = gaps.filter(
      ({ from, to }) => !outages.some((out) => from < out.to + RECOVERY && to > out.from),
    );
    assert.deepEqual(unexplained.map(timesOf), [], 'a gap for no reason');
    const away = outages.reduce((sum, { from, to }) => sum + to - from, 0);
    const least = (finish - began - away) / 5000 / 2;
    assert.ok(made.length >= least, `${made.length} backups, of ${least} at the very least`);

    // All that is there opens and is whole; most were checked by the agent itself.
    for (const { manifest } of there) {
      assert.notEqual(manifest.verification?.result, 'damaged', manifest.id);
      const verified = await at.run(['verify', manifest.id], env);
      assert.equal(verified.code, 0, verified.err);
    }

    const { activities } = activitiesShape.parse(
      await at.json(['activities', '--limit', '500'], env),
    );
    const byAgent = activities.filter(({ by }) => by.endsWith('(agent)'));
    const backups = byAgent.filter(({ kind }) => kind === 'backup');
    const interrupted = byAgent.filter(({ state }) => state === 'interrupted');
    for (const time of inTheMiddle) {
      assert.ok(
        interrupted.some(
          ({ kind, started }) => kind === 'backup' && Date.parse(started) > time - PATIENCE,
        ),
        'a backup that was cut off says so',
      );
    }
    assert.ok(interrupted.length <= outages.length, 'cut off without a reason');
    assert.deepEqual(
      byAgent.filter(({ state }) => state === 'running'),
      [],
    );
    assert.ok(
      backups.some(({ state }) => state === 'failed'),
      'without Consul a run fails, and is told',
    );
    const done = backups.filter(({ state }) => state === 'done').map(({ backupId }) => backupId);
    const untold = made.filter(({ id }) => !done.includes(id));
    // Killed between the last step of a backup and its last line.
    assert.ok(untold.length <= outages.length, `${untold.length} were made and not told`);
    assert.ok(byAgent.some(({ kind, state }) => kind === 'verify' && state === 'done'));
    assert.ok(byAgent.some(({ kind, state }) => kind === 'prune' && state === 'done'));

    // Nothing half, nothing secret.
    const known = new Set(there.map(({ path }) => path.slice(path.lastIndexOf('/') + 1)));
    const odd = (await at.vaultFiles()).filter(
      (name) => !known.has(name) && !/\.json$|^vault\.|^README/.test(name),
    );
    assert.deepEqual(odd, []);
    assert.deepEqual(await filesWith(at.folder, [TOKEN, PASSPHRASE]), []);
    assert.deepEqual(
      lines.filter((line) => line.includes(TOKEN) || line.includes(PASSPHRASE)),
      [],
    );

    assert.ok(samples >= SECONDS / 10, `metrics were read ${samples} times only`);
    const megabytes = memory.map((bytes) => Math.round(bytes / 1e6));
    console.log(
      `      ${made.length} backups by schedules, ${there.length} kept; ${byAgent.length} activities, ` +
        `${interrupted.length} cut off; metrics read ${samples} times; ` +
        `memory at most ${Math.max(...megabytes)} MB, at the end ${megabytes.at(-1)} MB`,
    );
    assert.ok(Math.max(...memory) < 400e6, `memory: ${megabytes.join(' ')} MB`);
  });
});

/** Something changes in the cluster all the time. What is refused while it is away is left out. */
async function writeKeys(consul: RunningConsul, signal: AbortSignal): Promise<void> {
  for (let index = 0; !signal.aborted; index++) {
    const body = `value ${index} `.repeat(20);
    await consul.request('PUT', `/v1/kv/agent/${index % 500}`, { body }).catch(() => undefined);
    await delay(200, undefined, { signal }).catch(() => undefined);
  }
}

/** Reads what the agent tells while it can answer, and says whether that makes sense. */
async function watchMetrics(agent: () => AgentProcess | undefined, signal: AbortSignal) {
  const memory: number[] = [];
  let samples = 0;
  let last: { pid: number; runs: number } | undefined;
  while (!signal.aborted) {
    const asked = agent();
    const metrics = await asked?.metrics().catch(() => undefined);
    if (asked !== undefined && metrics !== undefined && metrics.size > 0) {
      samples++;
      for (const [name, value] of metrics) assert.ok(Number.isFinite(value), name);
      const of = (name: string) => metrics.get(`cluster_backup_${name}{cluster="prod"}`);
      const backups = of('backups');
      if (backups !== undefined) {
        // All that the policy holds, one more at the moment, and one that is being replaced.
        assert.ok(backups <= 6 + 4 + 3 + 2 + 3, `${backups} backups`);
        assert.equal(of('damaged_backups'), 0);
        assert.ok((of('last_success_timestamp_seconds') ?? 0) * 1000 <= Date.now());
      }
      const runs = metrics.get('cluster_backup_runs_total{cluster="prod",result="done"}') ?? 0;
      if (last?.pid === asked.pid) assert.ok(runs >= last.runs, 'a counter went back');
      last = { pid: asked.pid, runs };
      const bytes = await asked.memory();
      if (bytes !== undefined) memory.push(bytes);
    }
    await delay(500, undefined, { signal }).catch(() => undefined);
  }
  return { samples, memory };
}

let handmade = 0;

/** A backup by a person, who tries again where the agent is at it just then. */
async function byHand(at: Workplace, env: Record<string, string>): Promise<void> {
  const label = `by-hand-${++handmade}`;
  const deadline = Date.now() + PATIENCE;
  for (;;) {
    const { code, err } = await at.run(['create', 'prod', '--label', label], env);
    if (code === 0) return;
    assert.ok(err.includes('[vault.locked]') && Date.now() < deadline, err);
    await delay(100);
  }
}

/** Where more time passed without a backup than a busy machine explains: two intervals and as much again. */
function gapsOf(times: readonly number[], began: number): { from: number; to: number }[] {
  return times.flatMap((to, index) => {
    const from = times[index - 1] ?? began;
    return to - from > 20_000 ? [{ from, to }] : [];
  });
}

function timesOf({ from, to }: { from: number; to: number }): string {
  return `${new Date(from).toISOString()} to ${new Date(to).toISOString()}`;
}

async function filesWith(folder: string, texts: readonly string[]): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.filter((e) => e.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path);
    if (texts.some((text) => bytes.includes(text))) found.push(path);
  }
  return found;
}
