import type { AgentClock } from '../../../../src/core/agent/ports';

/** So long after a machine's clock was set does a sleeper notice at the latest. */
const NOTICED_MS = 60_000;
/** More turns than this in a quarter of an hour are a loop that never rests. */
const MOST_TURNS = 1000;
const QUARTER = 900_000;

interface Sleeper {
  agent: number;
  /** By the machine's clock. */
  until: number;
  /** Real. */
  noticed: number;
  wake: () => void;
}

/** A machine: its time, a clock that can be set, and who sleeps on it. Times are in milliseconds. */
export class Machine {
  isAwake = true;
  /** How far its clock is off. */
  offset = 0;
  private sleepers: Sleeper[] = [];
  private turns = 0;
  private countedFrom = 0;

  /** @param real since 1970, and never set */
  constructor(public real: number) {}

  now(): number {
    return this.real + this.offset;
  }

  set(offset: number): void {
    this.offset = offset;
    for (const sleeper of this.sleepers) sleeper.noticed = this.real + NOTICED_MS;
  }

  isAsleep(agent: number): boolean {
    return this.sleepers.some((sleeper) => sleeper.agent === agent);
  }

  /** An agent that is no more wakes up no more. */
  bury(agent: number): void {
    this.sleepers = this.sleepers.filter((sleeper) => sleeper.agent !== agent);
  }

  /** When the first sleeper is to be woken, real. */
  nextWaking(): number {
    if (!this.isAwake) return Infinity;
    return Math.min(...this.sleepers.map((sleeper) => this.wakingOf(sleeper)));
  }

  advance(real: number): void {
    if (real > this.countedFrom + QUARTER) [this.turns, this.countedFrom] = [0, real];
    this.real = Math.max(this.real, real);
  }

  wakeSleepers(): void {
    if (!this.isAwake) return;
    const due = this.sleepers.filter((sleeper) => this.wakingOf(sleeper) <= this.real);
    for (const { wake } of due) wake();
  }

  /** The clock as one agent sees it, as long as that agent lives. */
  clockOf(agent: number, isAlive: () => boolean): AgentClock {
    return {
      now: () => new Date(this.now()),
      sleepUntil: (time, signal) =>
        new Promise((resolve) => {
          if (!isAlive()) return;
          this.turns += 1;
          if (this.turns > MOST_TURNS) throw new Error('The agent never rests.');
          const until = time.getTime();
          if (signal.aborted || until <= this.now()) {
            resolve();
            return;
          }
          const wake = () => {
            signal.removeEventListener('abort', wake);
            this.sleepers = this.sleepers.filter((other) => other !== sleeper);
            resolve();
          };
          const sleeper: Sleeper = { agent, until, noticed: Infinity, wake };
          this.sleepers.push(sleeper);
          signal.addEventListener('abort', wake);
        }),
    };
  }

  private wakingOf({ until, noticed }: Sleeper): number {
    return Math.min(until - this.offset, noticed);
  }
}
