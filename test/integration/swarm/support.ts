import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSwarmAdapter } from '../../../src/adapters/swarm/adapter';
import { swarmConnectionSchema } from '../../../src/adapters/swarm/definition';
import type {
  BackupRequest,
  ItemisedAdapter,
  RunContext,
  SnapshotReport,
} from '../../../src/core/ports';
import type { RunningEngine } from '../../../src/sandbox/parts/dockerEngine';
import { ask } from '../../support/swarm/engineApi';
import { waitFor } from '../../../src/sandbox/parts/wait';
import type { SwarmManifest } from '../../../src/snapshots/swarm/layout';
import { formatById } from '../../../src/snapshots/formats';

const silent = () => undefined;

/** A context that remembers the phases it was told. */
export function context(signal = new AbortController().signal): RunContext & { phases: string[] } {
  const phases: string[] = [];
  return {
    signal,
    phases,
    progress: ({ phase }) => {
      if (phases.at(-1) !== phase) phases.push(phase);
    },
    log: { debug: silent, info: silent, warn: silent, error: silent },
    clock: { now: () => new Date() },
  };
}

/** A state folder of its own, and adapters that are closed with it. */
export class Station {
  readonly #opened: ItemisedAdapter[] = [];

  private constructor(readonly state: string) {}

  static async make(): Promise<Station> {
    return new Station(await mkdtemp(join(tmpdir(), 'cb-swarm-')));
  }

  adapter(connection: Record<string, unknown>): ItemisedAdapter {
    const cluster = {
      name: 'prod',
      system: 'swarm',
      connection: swarmConnectionSchema.parse(connection),
      secrets: {},
    };
    const adapter = createSwarmAdapter(cluster, {}, { state: this.state });
    this.#opened.push(adapter);
    return adapter;
  }

  async close(): Promise<void> {
    await Promise.all(this.#opened.splice(0).map((adapter) => adapter.close()));
  }

  async remove(): Promise<void> {
    await this.close();
    await rm(this.state, { recursive: true, force: true });
  }
}

export interface Saved {
  bytes: Buffer;
  report: SnapshotReport;
  notes: string[];
}

/** Takes a backup, checks it as the core does and keeps its bytes. */
export async function save(
  adapter: ItemisedAdapter,
  request: BackupRequest = { mode: 'live' },
  run = context(),
): Promise<Saved> {
  const source = await adapter.backup(request, run);
  const checker = (await formatById('swarm')).checker();
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of source.stream as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      await checker.push(chunk);
    }
    const report = await checker.finish();
    return { bytes: Buffer.concat(chunks), report, notes: source.notes };
  } finally {
    checker.destroy();
  }
}

/** The manifest stands first in an archive. */
export function manifestOf({ bytes }: Saved): SwarmManifest {
  const text = bytes.subarray(512, 512 + 100_000).toString();
  return JSON.parse(text.slice(0, text.indexOf('\n}\n') + 2)) as SwarmManifest;
}

export { refused } from '../../support/refused';

/** All containers and images there are, as one text. */
export async function traces(engine: RunningEngine): Promise<string> {
  return [
    await engine.docker('ps', '-aq', '--no-trunc', '--filter', 'label=cluster-backup.run'),
    await engine.docker('images', '-aq', '--no-trunc', '--filter', 'label=cluster-backup.run'),
    await engine.docker('images', '-q', 'cluster-backup-empty'),
  ].join('');
}

/** Runs a shell in a container that has a volume at /v. */
export function inVolume(engine: RunningEngine, volume: string, script: string): Promise<string> {
  return engine.docker('run', '--rm', '-v', `${volume}:/v`, 'shell:1', 'sh', '-ec', script);
}

/** Running tasks of a service. */
export async function running(engine: RunningEngine, service: string): Promise<number> {
  const states = await engine.docker(
    ...['service', 'ps', service, '--filter', 'desired-state=running', '--format'],
    '{{.CurrentState}}',
  );
  return states.split('\n').filter((line) => line.startsWith('Running')).length;
}

export async function untilRunning(
  engine: RunningEngine,
  service: string,
  count: number,
): Promise<void> {
  await waitFor(
    `${count} tasks of ${service}`,
    async () => (await running(engine, service)) === count || undefined,
    { timeoutMs: 180_000, everyMs: 200 },
  );
}

/** A service's spec as the engine has it, without what docker's own tool fills in. */
export async function specOf(
  engine: RunningEngine,
  service: string,
): Promise<Record<string, unknown>> {
  const { Spec } = (await ask(engine.socket, 'GET', `/services/${service}`)) as {
    Spec: Record<string, unknown>;
  };
  return Spec;
}
