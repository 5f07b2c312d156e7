import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Progress } from '../core/ports';

/** Bytes after which the young generation is cleared. */
const EVERY = 4 << 20;

/**
 * Clears the young generation as bytes go by. V8 counts the memory of buffers and answers with a full collection every
 * 30 MB or so, which costs a sixth of our time, though every one of them is young and dead; a minor collection is
 * enough for those, and keeps the peak lower.
 */
export function withMinorCollections(progress: Progress): Progress {
  let collect: ((options: { type: 'minor' }) => void) | undefined;
  let last = 0;
  return (update) => {
    progress(update);
    if (update.unit !== 'bytes' || update.done === undefined) return;
    // Another phase counts from its own beginning.
    if (update.done < last) last = 0;
    if (update.done - last < EVERY) return;
    last = update.done;
    collect ??= exposed();
    collect({ type: 'minor' });
  };
}

function exposed(): (options: { type: 'minor' }) => void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (options: { type: 'minor' }) => void;
  setFlagsFromString('--no-expose-gc');
  return collect;
}
