import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { waitFor } from '../../../src/sandbox/parts/wait';
import { PATIENCE } from './runningAgent';

export interface Told {
  path: string;
  body: Record<string, unknown>;
}

/** A server that webhooks are sent to. */
export interface Receiver {
  origin: string;
  told: Told[];
  /** Waits for an event of that kind at that path; gives its body. */
  event(path: string, kind: string): Promise<Record<string, unknown>>;
  close(): Promise<void>;
}

/**
 * `/slow` never answers, `/failing` answers with 500, `/redirect` leads to `/elsewhere`; all else is taken.
 *
 * @param tls certificate and key
 */
export async function startReceiver(tls?: ServerOptions): Promise<Receiver> {
  const told: Told[] = [];
  const listener: RequestListener = (request: IncomingMessage, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    request.on('end', () => {
      const path = request.url ?? '';
      told.push({ path, body: JSON.parse(text) as Record<string, unknown> });
      if (path.startsWith('/slow')) return;
      if (path.startsWith('/redirect')) response.writeHead(307, { location: '/elsewhere' }).end();
      else response.writeHead(path.startsWith('/failing') ? 500 : 204).end();
    });
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    told,
    event: (path, kind) =>
      waitFor(
        `"${kind}" at ${path}`,
        () => told.find((one) => one.path === path && one.body['event'] === kind)?.body,
        PATIENCE,
      ),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
