import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemById, systems } from '../../../src/adapters/registry';
import { resolveCluster } from '../../../src/compose/resolvedCluster';
import type { ResolvedCluster } from '../../../src/compose/resolvedCluster';
import { parseConfig } from '../../../src/core/config/parse';
import type { Log } from '../../../src/core/ports';
import { OperationsClient } from '../../../src/workers/operationsClient';

export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

export interface Place {
  folder: string;
  vault: string;
  activities: string;
  remove(): Promise<void>;
}

/** A folder of its own for a vault and a journal. */
export async function makePlace(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'cluster-backup-operations-'));
  return {
    folder,
    vault: join(folder, 'vault'),
    activities: join(folder, 'activities'),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The operations in worker threads, as the editor calls them. */
export function operationsIn(place: Place): OperationsClient {
  return new OperationsClient(
    join(__dirname, '../../../src/workers'),
    { activities: place.activities, state: `${place.folder}/state`, by: 'test', env: {} },
    silentLog,
  );
}

/** A cluster as a configuration file would have it. */
export async function clusterAt(
  place: Place,
  address: string,
  fields: Record<string, unknown> = {},
  secrets: Record<string, string> = {},
  name = 'prod',
): Promise<ResolvedCluster> {
  const entry = { system: 'consul', address, vault: place.vault, ...fields };
  const text = JSON.stringify({ clusters: { [name]: entry } });
  const file = join(place.folder, 'cluster-backup.jsonc');
  const parsed = parseConfig(text, file, { systems, defaultVault: place.vault });
  const [config] = parsed.clusters;
  const system = systemById('consul');
  if (config === undefined || system === undefined)
    throw new Error(JSON.stringify(parsed.problems));
  return resolveCluster(config, system, ({ field }) => Promise.resolve(secrets[field]));
}
