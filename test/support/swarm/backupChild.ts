import { createSwarmAdapter } from '../../../src/adapters/swarm/adapter';
import { swarmConnectionSchema } from '../../../src/adapters/swarm/definition';
import { formatById } from '../../../src/snapshots/formats';

// Backs one volume up and checks it as it goes by; prints what came and the most memory it took. Arguments: the
// engine's address, a folder for its state, the volume.

const [, , host = '', state = '', volume = ''] = process.argv;

async function main(): Promise<void> {
  const connection = swarmConnectionSchema.parse({ host });
  const cluster = { name: 'prod', system: 'swarm', connection, secrets: {} };
  const adapter = createSwarmAdapter(cluster, {}, { state });
  const silent = () => undefined;
  const source = await adapter.backup(
    { mode: 'live', scope: { only: [{ kind: 'volume', name: volume }] } },
    {
      signal: new AbortController().signal,
      progress: silent,
      log: { debug: silent, info: silent, warn: silent, error: silent },
      clock: { now: () => new Date() },
    },
  );
  const checker = (await formatById('swarm')).checker();
  let bytes = 0;
  for await (const chunk of source.stream as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    await checker.push(chunk);
  }
  const { counts } = await checker.finish();
  await adapter.close();
  // In KiB.
  const { maxRSS } = process.resourceUsage();
  process.stdout.write(JSON.stringify({ bytes, counts, rss: maxRSS * 1024 }));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
