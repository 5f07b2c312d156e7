import { createHash } from 'node:crypto';

/** Longest name of a secret or config (swarmkit api/validation). */
const MAX_NAME = 64;

/** The name of something that can't be changed in place: with a short sum of what it holds. */
export function nameByContent(name: string, content: string): string {
  const sum = createHash('sha256').update(content).digest('hex').slice(0, 8);
  return `${name.slice(0, MAX_NAME - sum.length - 1)}-${sum}`;
}

/** Names to try for something that is restored beside what is there: `web-restored`, `web-restored-2`, … */
export function* namesBeside(name: string): Generator<string, never> {
  for (let n = 1; ; n++) {
    const ending = n === 1 ? '-restored' : `-restored-${n}`;
    yield `${name.slice(0, MAX_NAME - ending.length)}${ending}`;
  }
}
