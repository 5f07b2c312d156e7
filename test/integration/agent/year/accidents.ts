import { Person } from './person';
import type { Remembered } from './sentences';
import type { World } from './world';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Something that happens at a moment of real time. */
export interface Happening {
  at: number;
  run: () => Promise<void> | void;
}

/** How often in a hundred days each sort of accident and deed happens. */
const CHANCES = {
  crash: 12,
  killed: 4,
  asleep: 3,
  setBack: 4,
  setForward: 2,
  diskFull: 4,
  unreachable: 5,
  byHand: 14,
  pin: 5,
  unpin: 4,
  rot: 4,
  rotNewest: 2,
  lost: 1,
  cleared: 5,
  half: 2,
  shrunk: 3,
};

export type Sort = keyof typeof CHANCES;
export const SORTS = Object.keys(CHANCES) as Sort[];

/** What happens in a year: drawn day by day beforehand; what follows from something is put in as it happens. */
export class Accidents {
  readonly counts = new Map<Sort, number>();
  private coming: Happening[] = [];
  private readonly person: Person;

  constructor(
    private readonly world: World,
    start: number,
    days: number,
  ) {
    const { dice } = world;
    this.person = new Person(world);
    for (let day = 0; day < days; day += 1) {
      for (const sort of SORTS) {
        if (!dice.percent(CHANCES[sort])) continue;
        // Odd seconds: no person acts at the very moment at which a schedule runs.
        const at = start + day * DAY + dice.number(0, 43_199) * 2000 + 1000;
        this.add(at, () => this.happens(sort));
      }
    }
  }

  add(at: number, run: () => Promise<void> | void): void {
    this.coming.push({ at, run });
    this.coming.sort((a, b) => a.at - b.at);
  }

  next(): number {
    return this.coming[0]?.at ?? Infinity;
  }

  /** Runs the first of those whose time has come; false where there is none. */
  async runDue(real: number): Promise<boolean> {
    if (this.next() > real) return false;
    await this.coming.shift()?.run();
    return true;
  }

  private later(least: number, most: number, run: () => Promise<void> | void): void {
    const { dice, machine } = this.world;
    const wait = dice.number(Math.ceil(least / 1000), Math.floor(most / 1000)) * 1000;
    this.add(machine.real + wait, run);
  }

  private async happens(sort: Sort): Promise<void> {
    if (await this.did(sort)) this.counts.set(sort, (this.counts.get(sort) ?? 0) + 1);
  }

  /** False where it could not happen as things stood. */
  private async did(sort: Sort): Promise<boolean> {
    const { world } = this;
    const { machine, dice, model } = world;
    switch (sort) {
      case 'crash':
        if (world.agent === undefined) return false;
        world.disk.dies = dice.percent(30)
          ? { of: 'delete:', after: dice.number(1, 6) }
          : { of: '', after: dice.number(1, 14) };
        return true;
      case 'killed':
        if (world.agent === undefined) return false;
        world.kill('at rest');
        return true;
      case 'asleep':
        if (!machine.isAwake) return false;
        machine.isAwake = false;
        this.later(HOUR, 4 * DAY, () => this.wakes());
        return this.changed('the machine falls asleep');
      case 'setBack':
        return this.clockSet(-(dice.pick([5 * MINUTE, 2 * HOUR, DAY]) ?? 0));
      case 'setForward':
        return this.clockSet(dice.pick([10 * MINUTE, 5 * HOUR, 2 * DAY]) ?? 0);
      case 'diskFull':
        if (world.disk.isFull) return false;
        world.disk.isFull = true;
        this.later(10 * MINUTE, 36 * HOUR, () => {
          world.disk.isFull = false;
          this.changed('the disk has room again');
        });
        return this.changed('the disk is full');
      case 'unreachable':
        if (!world.reachable) return false;
        world.reachable = false;
        this.later(HOUR, 20 * HOUR, () => {
          world.reachable = true;
          this.changed('the cluster answers again');
        });
        return this.changed('the cluster does not answer');
      case 'half':
      case 'shrunk':
        world.size = sort === 'half' ? 200 : 160;
        this.later(6 * HOUR, 3 * DAY, () => {
          world.size = 400;
        });
        world.tell(`backups have ${world.size} bytes from now on`);
        return true;
      default:
        return machine.isAwake && this.deed(sort, model.backups);
    }
  }

  /** What a person does, or what befalls a file. */
  private async deed(sort: Sort, backups: readonly Remembered[]): Promise<boolean> {
    const { world, person } = this;
    const { dice, machine } = world;
    const usable = backups.filter(({ missing, rotten }) => !missing && !rotten);
    if (sort === 'byHand') {
      await person.backUp();
      return true;
    }
    if (sort === 'cleared') {
      const bad = backups.filter(({ missing, check }) => missing || check === 'damaged');
      for (const backup of bad) await person.remove(backup);
      return bad.length > 0;
    }
    if (sort === 'rotNewest') {
      const past = usable.filter(({ created }) => created <= machine.now());
      const newest = past.sort((a, b) => b.created - a.created)[0];
      if (newest === undefined || world.disk.isFull) return false;
      await person.rot(newest);
      await person.check(newest);
      return true;
    }
    const backup = dice.pick(usable.filter(({ pinned }) => sort !== 'unpin' || pinned));
    if (backup === undefined) return false;
    if (sort === 'pin' || sort === 'unpin') await person.pin(backup, sort === 'pin');
    else if (sort === 'rot') await person.rot(backup);
    else await person.lose(backup);
    return true;
  }

  private wakes(): void {
    this.world.machine.isAwake = true;
    this.changed('the machine wakes up');
  }

  private clockSet(offset: number): boolean {
    const { machine } = this.world;
    if (machine.offset !== 0) return false;
    machine.set(offset);
    this.later(30 * MINUTE, 2 * DAY, () => {
      machine.set(0);
      this.changed('the clock is right again');
    });
    return this.changed('the clock was set');
  }

  private changed(what: string): true {
    this.world.model.disturbed();
    this.world.tell(what);
    return true;
  }
}
