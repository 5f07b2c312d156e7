import { isClusterBackupError } from '../../core/errors';
import type { RunContext } from '../../core/ports';
import type { Definition, SwarmManifest } from '../../snapshots/swarm/layout';
import { EngineStatusError } from '../docker/errors';
import type { SwarmConnections } from './connections';
import type { EngineOf } from './consistent';
import type { HelperContainers } from './helperContainers';
import { RunHelpers } from './runHelpers';
import { volumeSchema } from './wire';

/** Volumes whose content can be read, and why the others can't. */
export interface Readable {
  volumes: Definition[];
  left: SwarmManifest['left'];
}

/**
 * Tries to mount the volumes that an engine does not keep in its own folder: of plugins, and of far file systems. The
 * archive says beforehand which contents follow, so this is found out before its first byte.
 */
export async function readableVolumes(
  candidates: readonly Definition[],
  engineOf: EngineOf,
  connections: SwarmConnections,
  context: RunContext,
): Promise<Readable> {
  const found: Readable = { volumes: [], left: [] };
  if (candidates.every(isPlain)) return { ...found, volumes: [...candidates] };
  const helpers = new RunHelpers(connections.journals, 'backup', context.log);
  try {
    for (const volume of candidates) {
      const problem = isPlain(volume)
        ? undefined
        : await problemOf(volume, await helpers.on(engineOf(volume)), context.signal);
      if (problem === undefined) found.volumes.push(volume);
      else {
        const { name, node } = volume;
        const message = `The engine can't mount it: ${problem}`;
        const where = node === undefined ? {} : { node };
        found.left.push({ kind: 'volume', name, ...where, reason: 'notKept', message });
      }
    }
  } finally {
    await helpers.close();
  }
  return found;
}

/** A folder below the engine's data root. */
function isPlain({ value }: Definition): boolean {
  const { Driver, Options } = volumeSchema.parse(value);
  return Driver === 'local' && Object.keys(Options ?? {}).length === 0;
}

async function problemOf(
  { name }: Definition,
  helper: HelperContainers,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const container = await helper.create({ volume: name }, signal);
    try {
      await helper.probe(container, signal);
    } finally {
      await helper.remove(container);
    }
    return undefined;
  } catch (error) {
    if (error instanceof EngineStatusError) return `${error.engineMessage}.`;
    if (isClusterBackupError(error) && error.code === 'swarm.volumeLost') return error.message;
    throw error;
  }
}
