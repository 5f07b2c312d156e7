import type { ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';

/** What must not outlive this process. */
export type Leftover = { child: ChildProcess } | { folder: string };

const leftovers = new Set<Leftover>();
const enders: (() => Promise<void>)[] = [];
let watching = false;
let ending = false;

/** Signals the child's whole group: it was started as the leader of one. */
export function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group is gone already.
  }
}

/** Sees to it that the leftover is gone when this process ends, however it ends. The function returned forgets it, and removes a folder. */
export function atEnd(leftover: Leftover): () => Promise<void> {
  watch();
  leftovers.add(leftover);
  return async () => {
    if ('folder' in leftover) {
      await rm(leftover.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    }
    leftovers.delete(leftover);
  };
}

/** Runs `end` before the process exits on a signal, so that parts stop in good order. */
export function onSignal(end: () => Promise<void>): void {
  watch();
  enders.push(end);
}

function watch(): void {
  if (watching) return;
  watching = true;
  // 'exit' allows no waiting: children get the hard signal, folders go at once.
  process.once('exit', removeLeftovers);
  for (const [signal, number] of [
    ['SIGINT', 2],
    ['SIGTERM', 15],
    ['SIGHUP', 1],
  ] as const) {
    process.on(signal, () => {
      if (ending) return;
      ending = true;
      void Promise.allSettled(enders.map((end) => end())).then(() => process.exit(128 + number));
    });
  }
}

function removeLeftovers(): void {
  for (const leftover of leftovers) {
    if ('child' in leftover) signalGroup(leftover.child, 'SIGKILL');
  }
  for (const leftover of leftovers) {
    if (!('folder' in leftover)) continue;
    try {
      rmSync(leftover.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    } catch {
      // A temporary folder left over is no reason to end in an error.
    }
  }
}
