import { createUcpAdapter } from '../../../src/adapters/ucp/adapter';
import { ucpConnectionSchema } from '../../../src/adapters/ucp/definition';

// Backs UCP up and is killed from outside: argv is the engine's address and the state folder. Says each phase.

const [, , host = '', state = ''] = process.argv;

async function main(): Promise<void> {
  const connection = ucpConnectionSchema.parse({ host });
  const cluster = { name: 'prod', system: 'ucp', connection, secrets: {} };
  const adapter = createUcpAdapter(cluster, {}, { state });
  const silent = () => undefined;
  const source = await adapter.backup(
    { mode: 'container' },
    {
      signal: new AbortController().signal,
      progress: ({ phase }) => void process.stdout.write(`${phase}\n`),
      log: { debug: silent, info: silent, warn: silent, error: silent },
      clock: { now: () => new Date() },
    },
  );
  for await (const _ of source.stream);
  await adapter.close();
  process.stdout.write('done\n');
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
