import { randomBytes } from 'node:crypto';

/** Threads for file calls, where the variable does not say. */
const THREADS = '64';

/**
 * Gives this process more threads for file calls than Node's four: a call that hangs in a dead share never gives its
 * thread back, and once all are taken no file can be read any more. Has to come before the first such call. Where
 * `UV_THREADPOOL_SIZE` is set already, that holds.
 */
export function widenThreadPool(): void {
  if (process.env.UV_THREADPOOL_SIZE !== undefined) return;
  process.env.UV_THREADPOOL_SIZE = THREADS;
  // The first piece of work starts them all; hooks and other programs get no such variable from here.
  randomBytes(1, () => undefined);
  delete process.env.UV_THREADPOOL_SIZE;
}
