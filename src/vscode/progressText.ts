import type { ProgressUpdate } from '../core/ports';
import { bytesText } from './text';

/** A progress update in words: "Backing up: 12 MB of 40 MB". */
export function progressText(update: ProgressUpdate, bytesPerSecond?: number): string {
  const { phase, done, total, unit } = update;
  if (done === undefined) return phase;
  if (unit === 'percent') return `${phase}: ${Math.floor(done)} %`;
  const say = (n: number) => (unit === 'bytes' ? bytesText(n) : n.toLocaleString('en'));
  const of = total === undefined ? '' : ` of ${say(total)}`;
  const rate = bytesPerSecond === undefined ? '' : `, ${bytesText(bytesPerSecond)}/s`;
  return `${phase}: ${say(done)}${of}${rate}`;
}

/** Bytes a second over the last few seconds, from updates as they come. */
export class RateMeter {
  readonly #samples: { at: number; done: number }[] = [];

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** @returns bytes a second, once there is enough to tell */
  update({ done, unit }: ProgressUpdate): number | undefined {
    if (done === undefined || unit !== 'bytes') return undefined;
    const at = this.now();
    const last = this.#samples.at(-1);
    if (last !== undefined && done < last.done) this.#samples.length = 0;
    this.#samples.push({ at, done });
    while (this.#samples.length > 2 && at - (this.#samples[0]?.at ?? at) > 4_000)
      this.#samples.shift();
    const first = this.#samples[0];
    if (first === undefined || at - first.at < 400) return undefined;
    return ((done - first.done) * 1000) / (at - first.at);
  }
}
