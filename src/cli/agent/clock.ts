import { setTimeout as delay } from 'node:timers/promises';
import type { AgentClock } from '../../core/agent/ports';

/** The longest wait at once: after a machine's sleep, or when its clock was set, it is looked again this soon (ms). */
const LONGEST_MS = 10_000;

/** The machine's clock, waited by in short pieces: timers stand still while a machine sleeps. */
export const systemClock: AgentClock = {
  now: () => new Date(),
  async sleepUntil(time, signal) {
    for (;;) {
      const left = time.getTime() - Date.now();
      if (left <= 0 || signal.aborted) return;
      await delay(Math.min(left, LONGEST_MS), undefined, { signal }).catch(() => undefined);
    }
  },
};
