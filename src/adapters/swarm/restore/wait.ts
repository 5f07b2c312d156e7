import { setTimeout as sleep } from 'node:timers/promises';

/** Asks until there is an answer; undefined when the time is over. */
export async function poll<T>(
  ask: () => Promise<T | undefined>,
  { seconds, every = 0.25, signal }: { seconds: number; every?: number; signal: AbortSignal },
): Promise<T | undefined> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined || Date.now() >= end) return answer;
    await sleep(every * 1000, undefined, { signal });
  }
}
