import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { createAgent } from '../../../../src/core/agent/agent';
import type { PolicyConfig } from '../../../../src/core/config/policy';
import type { Backup } from '../../../../src/core/model';
import { Accidents, SORTS, type Sort } from './accidents';
import { CLUSTER } from './cluster';
import { dice } from './dice';
import { iso } from './model';
import { World } from './world';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** So long (of our own time) may the agent take until it rests. */
const RESTS_BY_THEN_MS = 60_000;
/** What a process that died may leave until the next one takes the lock, and which moment had its backup. */
const BESIDES = ['.schedule.json', '.lock', '.lock.json', '.verify.lock', '.verify.lock.json'];
const silent = { debug() {}, info() {}, warn() {}, error() {} };

export interface Year {
  policy: PolicyConfig;
  /** ISO 8601, midnight of UTC. */
  start: string;
  days: number;
  seed: number;
}

/** What a year was made of, so that a test can tell that it was not an idle one. */
export interface Lived {
  counts: ReadonlyMap<Sort, number>;
  /** Before which steps the agent died. */
  deaths: readonly string[];
  story: readonly string[];
}

/** Lives through it, and compares what there is with what there should be at the end of each day. */
export async function live({ policy, start, days, seed }: Year): Promise<Lived> {
  // Nothing of a year needs to outlive it: memory is the kinder disk, where there is one.
  const top = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
  const folder = await mkdtemp(join(top, 'agent-year-'));
  const life = new Life(folder, policy, Date.parse(start), days, seed);
  try {
    return await life.run();
  } finally {
    await life.end();
    // What was let go of tidies up after itself until the end.
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }
}

class Life {
  private readonly world: World;
  private readonly accidents: Accidents;
  private isDying = false;
  private readonly stops: AbortController[] = [];
  private day = 0;

  constructor(
    folder: string,
    policy: PolicyConfig,
    private readonly start: number,
    private readonly days: number,
    private readonly seed: number,
  ) {
    this.world = new World(folder, policy, dice(seed), start, () => (this.isDying = true));
    this.accidents = new Accidents(this.world, start, days);
  }

  async run(): Promise<Lived> {
    try {
      await this.world.begin();
      this.startAgent();
      for (this.day = 1; this.day <= this.days; this.day += 1) {
        await this.runUntil(this.start + this.day * DAY);
        this.world.model.settleAccounts();
        await this.compare();
      }
    } catch (error) {
      throw this.told(error);
    }
    const { story } = this.world;
    const deaths = story.flatMap((line) => /died before (\S+)/.exec(line)?.[1] ?? []);
    return { counts: this.accidents.counts, deaths, story };
  }

  async end(): Promise<void> {
    for (const stop of this.stops) stop.abort();
    this.world.disk.thaw();
    await turn();
  }

  private startAgent(): void {
    const { world } = this;
    const { number, isAlive, work } = world.newAgent();
    const stop = new AbortController();
    this.stops.push(stop);
    const nothing = () => Promise.resolve();
    const agent = createAgent({
      work,
      tells: { before: nothing, after: nothing, notice: nothing },
      clock: world.machine.clockOf(number, isAlive),
      log: silent,
      random: () => world.dice.roll(),
    });
    world.tell('the agent starts');
    world.model.restarted();
    agent.run(stop.signal).catch((error: unknown) => {
      world.broken ??= new Error(`The agent ended: ${String(error)}`);
    });
  }

  private async runUntil(end: number): Promise<void> {
    const { machine } = this.world;
    for (;;) {
      await this.settle();
      const next = Math.min(this.accidents.next(), machine.nextWaking(), end);
      machine.advance(next);
      if (machine.real >= end && next >= end) return;
      if (!(await this.accidents.runDue(machine.real))) machine.wakeSleepers();
    }
  }

  /** Until the agent rests, or is dead and what it did stands still. */
  private async settle(): Promise<void> {
    const { world } = this;
    const giveUp = Date.now() + RESTS_BY_THEN_MS;
    for (let quiet = 0; quiet < 4;) {
      await turn();
      if (world.broken !== undefined) throw world.broken;
      const { begun, ended, frozen } = world.work;
      const rests =
        begun === ended && world.agent !== undefined && world.machine.isAsleep(world.agent);
      const isDead = world.agent === undefined && begun <= ended + frozen;
      quiet = rests || isDead ? quiet + 1 : 0;
      if (Date.now() > giveUp) throw new Error('The agent neither rests nor works.');
    }
    if (this.isDying) await this.bury();
  }

  private async bury(): Promise<void> {
    const { world, accidents } = this;
    const { dice: chance, machine } = world;
    this.isDying = false;
    await world.lieDead(chance.percent(80) ? 'killed' : 'power');
    const [least, most] = chance.percent(70)
      ? [MINUTE, HOUR]
      : chance.percent(70)
        ? [HOUR, 20 * HOUR]
        : [DAY, 4 * DAY];
    const again = machine.real + chance.number(least / 1000, most / 1000) * 1000;
    const start = () => {
      // Nobody starts anything on a machine that sleeps.
      if (machine.isAwake) this.startAgent();
      else accidents.add(machine.real + HOUR, start);
    };
    accidents.add(again, start);
  }

  /** What lies on the disk, against what the model says. */
  private async compare(): Promise<void> {
    const { world } = this;
    const vault = world.observer();
    const backups = await vault.list(CLUSTER);
    const there = backups.map(rowOf).sort();
    const said = world.model.backups
      .map(({ created, byHand, pinned, check, missing }) =>
        row(created, byHand, pinned, check, missing),
      )
      .sort();
    const tooMany = there.filter((line) => !said.includes(line));
    const tooFew = said.filter((line) => !there.includes(line));
    if (tooMany.length + tooFew.length > 0 || there.length !== said.length) {
      const lines = [...tooMany.map((l) => `  + ${l}`), ...tooFew.map((l) => `  - ${l}`)];
      throw new Error(`There is more (+) or less (-) than there should be:\n${lines.join('\n')}`);
    }
    assert.deepEqual(vault.problems(), []);
    if (world.agent !== undefined && world.machine.isAwake) await this.compareFiles(backups);
    const isLast = this.day === this.days;
    if (isLast || iso(this.start + this.day * DAY).slice(8, 10) === '01') await this.read(backups);
  }

  /** Nothing is left over of what crashes cut off. */
  private async compareFiles(backups: readonly Backup[]): Promise<void> {
    const { world } = this;
    const found = await readdir(join(world.folder, CLUSTER));
    const expected = backups.flatMap(({ path, state }) => {
      const name = basename(path);
      return [...(state === 'present' ? [name] : []), `${name}.manifest.json`];
    });
    const left = found.filter((name) => !BESIDES.includes(name) && !expected.includes(name));
    assert.deepEqual(left, [], 'something is left over');
    assert.deepEqual(await world.observer().strays(), []);
  }

  /** Each file has the sum that its manifest tells, but for those in which a bit turned. */
  private async read(backups: readonly Backup[]): Promise<void> {
    for (const { manifest, path, state } of backups) {
      if (state === 'missing') continue;
      const { rotten } = this.world.model.find(Date.parse(manifest.created));
      const sum = createHash('sha256')
        .update(await readFile(path))
        .digest('hex');
      assert.equal(sum !== manifest.sha256.stored, rotten, `${path} is not as it should be`);
    }
  }

  private told(error: unknown): Error {
    const { machine, story } = this.world;
    const why = error instanceof Error ? error.message : String(error);
    const before = story.slice(-25).map((line) => `  ${line}`);
    return new Error(
      `Seed ${this.seed}, day ${this.day}, ${iso(machine.real)}: ${why}\nBefore that:\n${before.join('\n')}`,
      { cause: error },
    );
  }
}

function rowOf({ manifest, state }: Backup): string {
  const { created, origin, pin = false, verification } = manifest;
  const byHand = origin.kind !== 'schedule';
  return row(Date.parse(created), byHand, pin, verification?.result ?? 'none', state === 'missing');
}

function row(
  created: number,
  byHand: boolean,
  pinned: boolean,
  check: string,
  missing: boolean,
): string {
  const words = [iso(created), byHand ? 'by hand' : 'by schedule'];
  if (pinned) words.push('pinned');
  if (check !== 'ok') words.push(check === 'none' ? 'never checked' : check);
  if (missing) words.push('missing');
  return words.join(', ');
}

/** Sorts of accidents that a year did not have. */
export function missed(counts: Lived['counts']): Sort[] {
  return SORTS.filter((sort) => (counts.get(sort) ?? 0) === 0);
}
