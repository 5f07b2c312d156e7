import { type EngineOptions, type RunningEngine, startEngine } from './dockerEngine';
import { waitFor } from './wait';

/** A swarm whose first engine began it; the others have joined. */
export interface RunningSwarm {
  readonly engines: readonly RunningEngine[];
  readonly managers: readonly RunningEngine[];
  readonly workers: readonly RunningEngine[];
  readonly stop: () => Promise<void>;
}

export interface SwarmOptions {
  /** Options of each engine. */
  engine?: EngineOptions;
  /** How many of the engines join as workers; the first is always a manager. */
  workers?: number;
  /** Further arguments of `docker swarm init`. */
  initArgs?: readonly string[];
}

/** Starts `count` engines as one swarm: managers first, then workers. Waits until all nodes are ready. */
export async function startSwarm(count: number, options: SwarmOptions = {}): Promise<RunningSwarm> {
  const { workers: workerCount = 0, engine: engineOptions } = options;
  const started = await Promise.allSettled(
    Array.from({ length: count }, () => startEngine(engineOptions)),
  );
  const engines = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const stop = async (): Promise<void> => {
    await Promise.all(engines.map((engine) => engine.stop()));
  };
  try {
    for (const one of started) if (one.status === 'rejected') throw one.reason;
    const [first] = engines;
    if (first === undefined) throw new Error('A swarm needs an engine');
    await first.docker(
      ...['swarm', 'init', '--advertise-addr', first.address, ...(options.initArgs ?? [])],
    );
    const token = async (role: string): Promise<string> =>
      (await first.docker('swarm', 'join-token', '-q', role)).trim();
    const managers = engines.slice(0, Math.max(1, count - workerCount));
    const workers = engines.slice(managers.length);
    for (const engine of engines.slice(1)) {
      const role = managers.includes(engine) ? 'manager' : 'worker';
      await join(engine, await token(role), first.address);
    }
    await waitFor(
      'all nodes of the swarm to be ready, and its managers to reach each other',
      async () => {
        const states = await first.docker(
          'node',
          'ls',
          '--format',
          '{{.Status}} {{.ManagerStatus}}',
        );
        const lines = states.split('\n').map((line) => line.trim());
        const found = (shape: RegExp): number => lines.filter((line) => shape.test(line)).length;
        const isWhole =
          found(/^Ready/) === count && found(/^Ready (Leader|Reachable)$/) === managers.length;
        return isWhole || undefined;
      },
      { timeoutMs: 180_000, everyMs: 250 },
    );
    return { engines, managers, workers, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Joins a swarm. An engine answers with an error after 20 seconds and goes on all the same, as it says. */
async function join(engine: RunningEngine, token: string, address: string): Promise<void> {
  await engine
    .docker('swarm', 'join', '--token', token, `${address}:2377`)
    .catch((error: unknown) => {
      if (!/will continue in the background/.test(String(error))) throw error;
    });
}
