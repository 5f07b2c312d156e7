import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Asks again and again until `probe` gives something. A probe that throws has nothing yet.
 *
 * Throws when the time is up, with what the last probe threw, and when `giveUp` gives a reason.
 */
export async function waitFor<T>(
  what: string,
  probe: () => Promise<T | undefined> | T | undefined,
  options: { timeoutMs: number; everyMs?: number; giveUp?: () => string | undefined },
): Promise<T> {
  const deadline = Date.now() + options.timeoutMs;
  for (;;) {
    let problem: unknown;
    const given = await Promise.resolve()
      .then(probe)
      .catch((error: unknown) => {
        problem = error;
        return undefined;
      });
    if (given !== undefined) return given;
    const reason = options.giveUp?.();
    if (reason !== undefined) throw new Error(`Waiting for ${what}: ${reason}`);
    if (Date.now() > deadline) {
      const last = problem instanceof Error ? `: ${problem.message}` : '';
      throw new Error(`Waited ${options.timeoutMs} ms for ${what}${last}`, { cause: problem });
    }
    await sleep(options.everyMs ?? 100);
  }
}
