import { setImmediate as turn } from 'node:timers/promises';
import type { AgentClock } from '../../src/core/agent/ports';

/** More wakings than this at one moment are a loop that never rests. */
const MOST_WAKINGS = 1000;

/** A clock that goes only as a test lets it. Whoever sleeps by it wakes up in order. */
export class FakeClock implements AgentClock {
  private time: number;
  private sleepers: { until: number; wake: () => void }[] = [];
  private inFlight = 0;

  constructor(start: string | Date) {
    this.time = new Date(start).getTime();
  }

  now(): Date {
    return new Date(this.time);
  }

  sleepUntil(time: Date, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const sleeper = {
        until: time.getTime(),
        wake: () => {
          this.sleepers = this.sleepers.filter((other) => other !== sleeper);
          signal.removeEventListener('abort', sleeper.wake);
          resolve();
        },
      };
      if (signal.aborted) {
        resolve();
        return;
      }
      signal.addEventListener('abort', sleeper.wake);
      this.sleepers.push(sleeper);
    });
  }

  /** For work that takes so long by this clock; ends early as the signal is aborted. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void> {
    return this.sleepUntil(new Date(this.time + milliseconds), signal);
  }

  /** Time stands still until this has ended: for work on real files. */
  async during<T>(work: Promise<T>): Promise<T> {
    this.inFlight += 1;
    try {
      return await work;
    } finally {
      this.inFlight -= 1;
    }
  }

  /** Lets time pass. */
  advance(milliseconds: number): Promise<void> {
    return this.runTo(this.time + milliseconds);
  }

  async runTo(end: string | number | Date): Promise<void> {
    const until = new Date(end).getTime();
    let [moment, wakings] = [NaN, 0];
    for (;;) {
      await this.settle();
      const next = Math.min(...this.sleepers.map((sleeper) => sleeper.until));
      if (!(next <= until)) break;
      wakings = next <= moment ? wakings + 1 : 0;
      if (wakings > MOST_WAKINGS) throw new Error(`It never rests at ${this.now().toISOString()}.`);
      this.time = Math.max(this.time, next);
      moment = this.time;
      this.wakeUpTo(this.time);
    }
    this.time = Math.max(this.time, until);
  }

  /** The clock is set, or the machine slept: no time passes for whoever waits, and all look soon after. */
  async jump(milliseconds: number): Promise<void> {
    await this.settle();
    this.time += milliseconds;
    this.wakeUpTo(Infinity);
    await this.settle();
  }

  /** Until nothing moves any more without time passing. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 5;) {
      await turn();
      quiet = this.inFlight === 0 ? quiet + 1 : 0;
    }
  }

  private wakeUpTo(time: number): void {
    for (const sleeper of [...this.sleepers]) if (sleeper.until <= time) sleeper.wake();
  }
}
