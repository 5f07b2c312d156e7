import * as z from 'zod';
import { isCancellation } from '../../core/errors';
import { definitionId } from '../../snapshots/swarm/layout';
import { nodeOf } from './definitions';
import type { ReachedEngines } from './connections';
import { volumeSchema } from './wire';

const usageSchema = z.looseObject({ Volumes: z.array(volumeSchema).nullish() });

export interface VolumeSize {
  /** Bytes on the disk. */
  bytes: number;
  /** Containers that use it. */
  users: number;
}

/**
 * What the engines say of their volumes' sizes, by id of the volume. An engine counts file by file, and old ones count
 * images and containers too: those that take longer than `seconds` are left out.
 */
export async function volumeSizes(
  reached: ReachedEngines,
  nodes: ReadonlyMap<string, string>,
  seconds: number,
  signal: AbortSignal,
): Promise<Map<string, VolumeSize>> {
  const sizes = new Map<string, VolumeSize>();
  await Promise.all(
    reached.all.map(async (engine) => {
      try {
        const request = {
          purpose: 'say how large its volumes are',
          query: { type: 'volume' },
          timeout: seconds,
          signal,
        };
        const { Volumes } = await engine.engine.json('/system/df', request, usageSchema);
        for (const { Name, UsageData } of Volumes ?? []) {
          const bytes = Number(UsageData?.Size ?? -1);
          if (bytes < 0) continue;
          const id = definitionId('volume', Name, nodeOf(engine, nodes));
          sizes.set(id, { bytes, users: UsageData?.RefCount ?? 0 });
        }
      } catch (error) {
        // Nothing hangs on it; what stops the whole does stop it.
        if (signal.aborted || isCancellation(error)) throw error;
      }
    }),
  );
  return sizes;
}
