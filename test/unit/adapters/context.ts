import type { ConnectedCluster, ProgressUpdate, RunContext } from '../../../src/core/ports';
import { consulConnectionSchema } from '../../../src/adapters/consul/definition';

/** A context that remembers what it was told. */
export function testContext(signal = new AbortController().signal): RunContext & {
  phases: string[];
  updates: ProgressUpdate[];
} {
  const phases: string[] = [];
  const updates: ProgressUpdate[] = [];
  const silent = () => undefined;
  return {
    signal,
    phases,
    updates,
    progress: (update) => {
      updates.push(update);
      if (phases.at(-1) !== update.phase) phases.push(update.phase);
    },
    log: { debug: silent, info: silent, warn: silent, error: silent },
    clock: { now: () => new Date() },
  };
}

/** A Consul cluster's entry as the core hands it over. */
export function consulCluster(
  connection: Record<string, unknown>,
  secrets: Record<string, string> = {},
): ConnectedCluster {
  return {
    name: 'prod',
    system: 'consul',
    connection: consulConnectionSchema.parse({
      ...connection,
      ...(secrets['token'] === undefined ? {} : { token: { env: 'TOKEN' } }),
      ...(secrets['httpAuth'] === undefined ? {} : { httpAuth: { env: 'AUTH' } }),
    }),
    secrets,
  };
}
