import { setTimeout as delay } from 'node:timers/promises';
import type { AgentClock } from '../../core/agent/ports';

/** The longest wait (ms), and the longest piece of it: timers stand still while a machine sleeps. */
const LONGEST_MS = 60_000;
const PIECE_MS = 10_000;

/** The machine's clock. What it shows may jump; how long is waited may not. */
export const systemClock: AgentClock = {
  now: () => new Date(),
  async sleepUntil(time, signal) {
    const until = performance.now() + LONGEST_MS;
    for (;;) {
      const left = Math.min(time.getTime() - Date.now(), until - performance.now());
      if (!(left > 0) || signal.aborted) return;
      await delay(Math.min(left, PIECE_MS), undefined, { signal }).catch(() => undefined);
    }
  },
};
