import { createOperations } from '../../../src/compose/operations';
import type { OperationsOptions } from '../../../src/compose/operations';
import type { ResolvedCluster } from '../../../src/compose/resolvedCluster';

/** Copies a backup from a manager and is killed, as by a crash, once some of it has come. */
async function main(): Promise<void> {
  const [text = ''] = process.argv.slice(2);
  const { options, cluster, id } = JSON.parse(text) as {
    options: OperationsOptions;
    cluster: ResolvedCluster;
    id: string;
  };
  const silent = () => undefined;
  await createOperations(options).fetchHosted(
    { cluster, id },
    {
      signal: new AbortController().signal,
      progress: ({ done = 0 }) => {
        if (done > 100_000) process.kill(process.pid, 'SIGKILL');
      },
      log: { debug: silent, info: silent, warn: silent, error: silent },
      clock: { now: () => new Date() },
    },
  );
}

void main();
