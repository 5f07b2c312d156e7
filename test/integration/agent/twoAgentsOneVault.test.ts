import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { createAgent } from '../../../src/core/agent/agent';
import type { AgentCluster, AgentWork } from '../../../src/core/agent/ports';
import { toErrorInfo } from '../../../src/core/errors';
import { prune } from '../../../src/core/operations/prune';
import { scheduledBackup } from '../../../src/core/operations/scheduledBackup';
import { policyBackup } from '../../../src/core/policy/policyBackup';
import type { RunContext } from '../../../src/core/ports';
import { dueOf } from '../../../src/core/schedule/planned';
import { openFolderVault } from '../../../src/vaults/folder/folderVault';
import { CLUSTER, clusterParts } from './year/cluster';
import { dice } from './year/dice';
import { Disk } from './year/disk';
import { Machine } from './year/machine';
import { leaveAsDead } from './year/wreck';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = Date.parse('2027-03-01T00:00:00Z');
const silent = { debug() {}, info() {}, warn() {}, error() {} };

const cluster: AgentCluster = {
  key: 'vault prod',
  name: CLUSTER,
  policy: { schedules: [{ interval: '6h', count: 500 }], jitter: '20m' },
};

interface Living {
  number: number;
  stop: AbortController;
  work: { begun: number; ended: number; frozen: number };
  disk: Disk;
}

/** A vault, a clock, and as many agents as one likes, each with a vault of its own over the same folder. */
class Town {
  readonly machine = new Machine(START);
  readonly living = new Map<string, Living>();
  /** How runs ended: `made`, `there already`, or an error's code. */
  readonly ends = new Map<string, string[]>();
  private readonly dead: Living[] = [];
  private readonly chance = dice(2);
  private agents = 0;

  constructor(readonly folder: string) {}

  start(name: string): void {
    const number = ++this.agents;
    const work = { begun: 0, ended: 0, frozen: 0 };
    const isAlive = () => this.living.get(name)?.number === number;
    const disk = new Disk(
      this.chance,
      () => this.kill(name),
      () => undefined,
      () => (work.frozen += 1),
    );
    const living = { number, stop: new AbortController(), work, disk };
    this.living.set(name, living);
    const nothing = () => Promise.resolve();
    createAgent({
      work: this.workOf(name, living, isAlive),
      tells: { before: nothing, after: nothing, notice: nothing },
      clock: this.machine.clockOf(number, isAlive),
      log: silent,
      random: () => this.chance.roll(),
    })
      .run(living.stop.signal)
      .catch((error: unknown) => this.ended(name, `ended: ${String(error)}`));
  }

  /** It ends here and now, wherever it is. */
  kill(name: string): void {
    const living = this.living.get(name);
    if (living === undefined) return;
    this.living.delete(name);
    this.machine.bury(living.number);
    this.dead.push(living);
  }

  async runUntil(time: number): Promise<void> {
    for (;;) {
      await this.settle();
      await leaveDeadBehind(this);
      const next = Math.min(this.machine.nextWaking(), time);
      this.machine.advance(next);
      if (this.machine.real >= time && this.machine.nextWaking() > time) return;
      this.machine.wakeSleepers();
    }
  }

  async end(): Promise<void> {
    for (const { stop } of [...this.living.values(), ...this.dead]) stop.abort();
    for (const { disk } of this.dead) disk.thaw();
    await turn();
  }

  private async settle(): Promise<void> {
    const giveUp = Date.now() + 60_000;
    for (let quiet = 0; quiet < 4;) {
      await turn();
      const rests = [...this.living.values()].every(
        ({ number, work }) => work.begun === work.ended && this.machine.isAsleep(number),
      );
      const lie = this.dead.every(({ work }) => work.begun <= work.ended + work.frozen);
      quiet = rests && lie ? quiet + 1 : 0;
      if (Date.now() > giveUp) throw new Error('The agents neither rest nor work.');
    }
  }

  private ended(name: string, how: string): void {
    this.ends.set(name, [...(this.ends.get(name) ?? []), how]);
  }

  private workOf(name: string, { work, disk }: Living, isAlive: () => boolean): AgentWork {
    const { machine, folder } = this;
    const clock = { now: () => new Date(machine.now()) };
    const vault = openFolderVault({ folder, clock, onStep: disk.hookOf(isAlive) });
    const parts = clusterParts(vault, { reachable: () => true, size: () => 100 });
    const context = (signal: AbortSignal): RunContext => {
      return { signal, clock, log: silent, progress: () => undefined };
    };
    const counted = async <T>(run: () => Promise<T>): Promise<T> => {
      work.begun += 1;
      try {
        return await run();
      } finally {
        work.ended += 1;
        if (!isAlive()) await new Promise(() => undefined);
      }
    };
    return {
      clusters: () => counted(() => Promise.resolve([cluster])),
      backups: () => counted(async () => (await vault.list(CLUSTER)).map(policyBackup)),
      backUp: (_, { schedule, since, before }, signal) =>
        counted(async () => {
          try {
            const run = { schedule, since: since.toISOString(), before };
            const made = await scheduledBackup(parts, run, (c, make) => make(c), context(signal));
            this.ended(name, made === undefined ? 'there already' : 'made');
            return made;
          } catch (error) {
            this.ended(name, toErrorInfo(error).code);
            throw error;
          }
        }),
      prune: (_, signal) =>
        counted(() => prune({ vault, cluster: CLUSTER, policy: cluster.policy }, context(signal))),
      check: () => Promise.resolve(undefined),
      tidy: () =>
        counted(async () => {
          await vault.recover();
        }),
    };
  }
}

async function leaveDeadBehind({ folder, living }: Town): Promise<void> {
  if (living.size < 2) await leaveAsDead(join(folder, CLUSTER), 'killed');
}

/** Every planned moment from one time up to another: every six hours of UTC, with its part of the jitter. */
function momentsBetween(from: number, to: number): number[] {
  const moments: number[] = [];
  for (let time = START - DAY; time < to; time += HOUR) {
    if (new Date(time).getUTCHours() % 6 !== 0) continue;
    const due = dueOf(cluster.policy, cluster.key, [], new Date(time + 20 * MINUTE));
    const moment = due?.since.getTime() ?? NaN;
    assert.ok(moment >= time && moment <= time + 20 * MINUTE, 'the jitter is up to 20 minutes');
    if (moment > from && moment <= to) moments.push(moment);
  }
  return moments;
}

describe('two agents, one vault, for a month', function () {
  this.timeout(180_000);
  let top: string;
  let town: Town;

  beforeEach(async () => {
    top = await mkdtemp(join(tmpdir(), 'two-agents-'));
    town = new Town(join(top, 'vault'));
    await mkdir(join(town.folder, CLUSTER), { recursive: true });
  });
  afterEach(async () => {
    await town.end();
    await rm(top, { recursive: true, force: true });
  });

  it('no planned moment has two backups, and none is left out while one of them lives', async () => {
    const at = (day: number) => START + day * DAY + 3 * HOUR;
    town.start('left');
    town.start('right');
    await town.runUntil(at(5));
    // It dies while it writes; the other one goes on in its place.
    for (const living of town.living.values()) living.disk.dies = { of: 'commit:', after: 1 };
    await town.runUntil(at(5) + 12 * HOUR);
    assert.equal(town.living.size, 0, 'each died at its next backup');
    town.start('left');
    await town.runUntil(at(9));
    town.start('right');
    await town.runUntil(at(12));
    town.kill('left');
    await town.runUntil(at(16));
    town.start('left');
    await town.runUntil(at(20));
    town.kill('left');
    town.kill('right');
    await town.runUntil(at(22));
    town.start('right');
    town.start('left');
    await town.runUntil(at(31));

    const clock = { now: () => new Date(town.machine.now()) };
    const backups = await openFolderVault({ folder: town.folder, clock }).list(CLUSTER);
    const made = backups.map(({ manifest }) => Date.parse(manifest.created)).reverse();

    const ends = [...town.ends.values()].flat();
    for (const name of ['left', 'right']) {
      const own = town.ends.get(name) ?? [];
      assert.ok(own.includes('made'), `${name} made some: ${own.join(', ')}`);
    }
    assert.ok(
      ends.some((how) => how === 'there already' || how === 'vault.locked'),
      'they did meet at a moment',
    );
    const expected = [
      ...momentsBetween(START, at(5)),
      // Both died at the next one: it is made up for by the one that was started next, and so is that of two days.
      at(5) + 12 * HOUR,
      ...momentsBetween(at(5) + 12 * HOUR, at(20)),
      at(22),
      ...momentsBetween(at(22), at(31)),
    ];
    const late = expected.map((moment, index) => (made[index] ?? NaN) - moment);
    assert.equal(made.length, expected.length);
    assert.deepEqual(
      late.filter((ms) => !(ms >= 0 && ms <= 2 * MINUTE)),
      [],
      'each in its time',
    );
  });

  it('one that was started anew makes no second backup for a moment whose own is gone, or dated ahead', async () => {
    const at = (day: number) => START + day * DAY + 3 * HOUR;
    const clock = { now: () => new Date(town.machine.now()) };
    const vault = openFolderVault({ folder: town.folder, clock });
    const count = async () => (await vault.list(CLUSTER)).length;
    town.start('left');
    await town.runUntil(at(2));
    const all = await count();
    town.kill('left');
    const [newest] = await vault.list(CLUSTER);
    await vault.remove(newest?.manifest.id ?? '');
    town.start('left');
    await town.runUntil(at(2) + 5 * MINUTE);
    assert.equal(await count(), all - 1);
    assert.equal(town.ends.get('left')?.at(-1), 'there already');

    town.kill('left');
    await town.runUntil(at(3));
    town.start('right');
    await town.runUntil(at(3) + 5 * MINUTE);
    assert.equal(await count(), all, 'what was slept through is made up for');
    town.kill('right');
    town.machine.set(-30 * MINUTE);
    town.start('left');
    await town.runUntil(at(3) + 10 * MINUTE);
    assert.equal(await count(), all, 'nor does another agent make one');
    await town.runUntil(at(3) + 6 * HOUR);
    assert.equal(await count(), all + 1, 'the next moment gets its own');
  });
});
