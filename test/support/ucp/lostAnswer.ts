import { createServer, connect } from 'node:net';
import { once } from 'node:events';

/** Stands before an engine's socket and loses one answer: the request arrives, and its connection ends. */
export interface LostAnswer {
  /** For the entry: `unix://…`. */
  host: string;
  /** How often an answer was lost. */
  lost: () => number;
  close: () => Promise<void>;
}

/**
 * @param to the engine, `unix://…`
 * @param at path of the socket to listen at
 * @param request what the request line of the one holds whose answer is lost
 */
export async function loseAnswer(to: string, at: string, request: string): Promise<LostAnswer> {
  let lost = 0;
  const server = createServer((client) => {
    const engine = connect(to.replace(/^unix:\/\//, ''));
    let asked = false;
    client.on('data', (chunk: Buffer) => {
      asked ||=
        lost === 0 && chunk.toString('latin1').split('\r\n', 1)[0]?.includes(request) === true;
      engine.write(chunk);
    });
    engine.on('data', (chunk: Buffer) => {
      if (!asked) {
        client.write(chunk);
        return;
      }
      lost++;
      client.destroy();
      engine.destroy();
    });
    for (const [one, other] of [
      [client, engine],
      [engine, client],
    ] as const) {
      one.on('error', () => other.destroy()).on('end', () => other.end());
      one.on('close', () => other.destroy());
    }
  });
  server.listen(at);
  await once(server, 'listening');
  return {
    host: `unix://${at}`,
    lost: () => lost,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
