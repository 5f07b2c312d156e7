import { createOperations } from '../../../src/compose/operations';
import type { OperationsOptions } from '../../../src/compose/operations';
import type { ResolvedCluster } from '../../../src/compose/resolvedCluster';

/** Has a platform back something up and is killed, as by a crash, once it is told how far that is. */
async function main(): Promise<void> {
  const [text = ''] = process.argv.slice(2);
  const { options, cluster, on, mode } = JSON.parse(text) as {
    options: OperationsOptions;
    cluster: ResolvedCluster;
    on: string;
    mode: string;
  };
  const silent = () => undefined;
  await createOperations(options).createHosted(
    { cluster, on, mode },
    {
      signal: new AbortController().signal,
      progress: ({ unit }) => {
        if (unit === 'percent') process.kill(process.pid, 'SIGKILL');
      },
      log: { debug: silent, info: silent, warn: silent, error: silent },
      clock: { now: () => new Date() },
    },
  );
}

void main();
