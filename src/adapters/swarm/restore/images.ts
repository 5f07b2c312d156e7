import { isCancellation } from '../../../core/errors';
import type { RunContext } from '../../../core/ports';
import { isStatus } from '../../docker/errors';
import type { NodeEngine, ReachedEngines } from '../connections';
import type { Facts } from './model';

/** Seconds that a registry may take. */
const REGISTRY_TIMEOUT = 10;
/** Images asked for at a time. */
const AT_ONCE = 4;
/** Names that fit into a path (distribution/reference). */
const NAME = /^[\w][\w.:/@-]{0,510}$/;

/** Looks for images on every engine, then in their registry. Without credentials: what asks for them is missing. */
export async function findImages(
  names: readonly string[],
  reached: ReachedEngines,
  { signal, progress }: Pick<RunContext, 'signal' | 'progress'>,
): Promise<Facts['images']> {
  const found = new Map<string, 'found' | 'missing'>();
  const waiting = [...new Set(names)];
  const total = waiting.length;
  const work = async (): Promise<void> => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      progress({ phase: 'Looking for images', done: found.size, total, unit: 'records' });
      found.set(name, (await isThere(name, reached, signal)) ? 'found' : 'missing');
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return found;
}

async function isThere(
  name: string,
  { main, all }: ReachedEngines,
  signal: AbortSignal,
): Promise<boolean> {
  if (!NAME.test(name)) return false;
  for (const engine of all) if (await isOn(name, engine, signal)) return true;
  try {
    const { body } = await main.engine.stream(`/distribution/${name}/json`, {
      purpose: 'ask the registry for an image',
      signal,
      timeout: REGISTRY_TIMEOUT,
    });
    body.destroy();
    return true;
  } catch (error) {
    if (signal.aborted || isCancellation(error)) throw error;
    return false;
  }
}

async function isOn(name: string, { engine }: NodeEngine, signal: AbortSignal): Promise<boolean> {
  try {
    const { body } = await engine.stream(`/images/${name}/json`, {
      purpose: 'look for an image',
      signal,
    });
    body.destroy();
    return true;
  } catch (error) {
    if (isStatus(error, 404)) return false;
    throw error;
  }
}
