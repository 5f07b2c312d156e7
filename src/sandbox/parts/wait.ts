import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again and again until `probe` gives something, and throws when the time is up. */
export async function waitFor<T>(
  what: string,
  probe: () => Promise<T | undefined> | T | undefined,
  options: { timeoutMs: number; everyMs?: number; giveUp?: () => string | undefined },
): Promise<T> {
  const deadline = Date.now() + options.timeoutMs;
  for (;;) {
    const given = await Promise.resolve()
      .then(probe)
      .catch(() => undefined);
    if (given !== undefined) return given;
    const reason = options.giveUp?.();
    if (reason !== undefined) throw new Error(`Waiting for ${what}: ${reason}`);
    if (Date.now() > deadline) throw new Error(`Waited ${options.timeoutMs} ms for ${what}`);
    await sleep(options.everyMs ?? 100);
  }
}
