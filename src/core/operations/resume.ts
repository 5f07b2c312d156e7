import type { RunContext } from '../ports';
import type { ClusterParts } from './context';

/**
 * Does what a run that was cut off has left to do, e.g. brings services back that it had stopped. For a caller that
 * holds the cluster's lock: nobody else works on it then, so what is left is nobody's.
 *
 * @returns what was done, for people
 */
export async function finishInterrupted(
  { adapter, name }: Pick<ClusterParts, 'adapter' | 'name'>,
  context: RunContext,
): Promise<string[]> {
  const left = (await adapter.interrupted?.()) ?? [];
  if (left.length === 0 || adapter.resume === undefined) return [];
  context.progress({ phase: 'Finishing what was interrupted' });
  context.log.warn(`Cluster "${name}": an earlier run was cut off and left: ${left.join('; ')}.`);
  const done = await adapter.resume(context);
  for (const line of done) context.log.info(line);
  return done;
}

/** As `finishInterrupted`, where nobody holds the lock; does nothing while somebody works on the cluster. */
export async function resumeInterrupted(
  parts: ClusterParts,
  context: RunContext,
): Promise<string[]> {
  if (((await parts.adapter.interrupted?.()) ?? []).length === 0) return [];
  const lock = await parts.vault.lock(parts.name, 'finish what was interrupted');
  try {
    const signal = AbortSignal.any([context.signal, lock.signal]);
    return await finishInterrupted(parts, { ...context, signal });
  } finally {
    await lock.release();
  }
}
