/**
 * Gives a piece of work a signal of its own that follows another one, and lets go of that once the work has ended.
 * `AbortSignal.any` leaves something behind in each signal that it is made of, so whoever lives long, such as an agent,
 * hands out no signal that lives as long.
 *
 * @throws what the work throws
 */
export async function withOwnSignal<T>(
  outer: AbortSignal,
  work: (signal: AbortSignal, controller: AbortController) => Promise<T>,
): Promise<T> {
  const own = new AbortController();
  const follow = () => own.abort(outer.reason);
  if (outer.aborted) follow();
  else outer.addEventListener('abort', follow, { once: true });
  try {
    return await work(own.signal, own);
  } finally {
    outer.removeEventListener('abort', follow);
  }
}
