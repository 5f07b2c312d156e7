import { setTimeout as sleep } from 'node:timers/promises';

/** The signals that the command line answers itself. */
export const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** How long file calls under way are waited for, in milliseconds. */
const PATIENCE_MS = 5_000;

/**
 * Ends this process with an exit code, and truly ends it: a file call that hangs in a dead share holds its thread, and
 * Node would wait for that thread for ever. Where such a call is left after five seconds, `warn` is told, and the
 * process is killed (SIGKILL, which a shell calls 137).
 */
export async function leave(code: number, warn: (text: string) => Promise<void>): Promise<never> {
  const end = Date.now() + PATIENCE_MS;
  while (hangs() && Date.now() < end) await sleep(50);
  if (hangs()) {
    await warn(
      `A file call does not come back, as in a share whose server is gone: ended by force, instead of with exit code ${code}.\n`,
    );
    process.kill(process.pid, 'SIGKILL');
  }
  leaveNow(code);
}

/** Ends this process at once. Where a file call hangs, so does this; one more signal then ends it all the same. */
export function leaveNow(code: number): never {
  for (const signal of SIGNALS) process.removeAllListeners(signal);
  process.exit(code);
}

function hangs(): boolean {
  return process.getActiveResourcesInfo().some((name) => name.startsWith('FSReq'));
}
