import { createServer, request } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { createSwarmAdapter } from '../../../src/adapters/swarm/adapter';
import { swarmConnectionSchema } from '../../../src/adapters/swarm/definition';

// Backs one volume up consistently and kills itself without warning at its Nth change of the engine: argv is the
// engine's socket, a folder, the volume, N (0: never), and whether before the engine hears of it or after it has done it.

const [, , socketPath = '', folder = '', volume = '', limit = '0', moment = 'before'] =
  process.argv;
let left = Number(limit);

const die = (): void => void process.kill(process.pid, 'SIGKILL');

function pass(from: IncomingMessage, to: ServerResponse): void {
  const isStep = from.method !== 'GET' && from.method !== 'HEAD' && --left === 0;
  if (isStep && moment === 'before') {
    die();
    return;
  }
  const { method, url, headers } = from;
  const onward = request({ socketPath, method, path: url, headers }, (answer) => {
    if (isStep) {
      // Only then has the engine done it.
      answer.once('end', die).resume();
      return;
    }
    to.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(to);
  });
  onward.on('error', () => to.destroy());
  from.pipe(onward);
}

async function main(): Promise<void> {
  const server = createServer(pass);
  const own = join(folder, 'engine.sock');
  await new Promise<void>((resolve) => server.listen(own, resolve));
  const connection = swarmConnectionSchema.parse({ host: `unix://${own}` });
  const cluster = { name: 'prod', system: 'swarm', connection, secrets: {} };
  const adapter = createSwarmAdapter(cluster, {}, { state: folder });
  const silent = () => undefined;
  const source = await adapter.backup(
    { mode: 'consistent', scope: { only: [{ kind: 'volume', name: volume }] } },
    {
      signal: new AbortController().signal,
      progress: silent,
      log: { debug: silent, info: silent, warn: silent, error: silent },
      clock: { now: () => new Date() },
    },
  );
  for await (const _ of source.stream);
  await adapter.close();
  // The run went to its end: no step was left to be killed at.
  process.stdout.write(`done ${String(-left)}`);
  server.close();
  server.closeAllConnections();
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
