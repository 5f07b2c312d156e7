import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { agentErrors } from '../../core/agent/agentErrors';
import type { AgentState } from '../../core/agent/ports';
import type { Clock, Log } from '../../core/ports';
import { health } from './health';
import { addressText, isHostAllowed } from './listen';
import type { ListenAddress } from './listen';

export interface ServerOptions {
  listen: ListenAddress;
  state: () => AgentState;
  clock: Clock;
  log: Log;
}

export interface RunningServer {
  /** With the port that was taken. */
  address: ListenAddress;
  close(): Promise<void>;
}

interface Answer {
  status: number;
  type: string;
  text: string;
  headers?: Record<string, string>;
}

const TEXT = 'text/plain; charset=utf-8';
/** What asks here is a scraper or a health check: one line, a few headers, no body. */
const LIMITS = {
  maxHeaderSize: 8 * 1024,
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 2_000,
};
const MOST_CONNECTIONS = 32;

/**
 * Tells metrics and health to whoever asks on that address.
 *
 * @throws `agent.addressInUse`, `agent.notListening`
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { listen } = options;
  const server = createServer(LIMITS, (request, response) => {
    void answer(request, options)
      .catch((error: unknown): Answer => {
        options.log.error(`Telling ${request.url ?? ''} failed: ${String(error)}`);
        return { status: 500, type: TEXT, text: 'It failed; the log says why.\n' };
      })
      .then((told) => send(response, told, request.method === 'HEAD'));
  });
  server.maxConnections = MOST_CONNECTIONS;
  server.maxRequestsPerSocket = 1000;
  await listening(server, listen);
  const { port } = server.address() as AddressInfo;
  return {
    address: { ...listen, port },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listening(server: Server, listen: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const where = addressText(listen);
      const code = cause.code ?? cause.message;
      reject(
        code === 'EADDRINUSE'
          ? agentErrors.addressInUse({ message: `Another program listens on ${where}.`, cause })
          : agentErrors.notListening({ message: `Can't listen on ${where} (${code}).`, cause }),
      );
    });
    server.listen(listen, () => {
      server.removeAllListeners('error');
      server.on('error', () => undefined);
      resolve();
    });
  });
}

async function answer(request: IncomingMessage, options: ServerOptions): Promise<Answer> {
  if (!isHostAllowed(request.headers.host, options.listen.host)) {
    return { status: 403, type: TEXT, text: 'This host name is not answered here.\n' };
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    const headers = { allow: 'GET, HEAD' };
    return { status: 405, type: TEXT, text: 'Only GET and HEAD.\n', headers };
  }
  const path = (request.url ?? '/').split('?')[0];
  if (path === '/metrics') {
    const { metricsText } = await import('./metrics');
    return { status: 200, ...(await metricsText(options.state())) };
  }
  if (path === '/healthz') {
    const { status, body } = health(options.state(), options.clock.now());
    return { status, type: 'application/json', text: `${JSON.stringify(body)}\n` };
  }
  if (path === '/') {
    const text = 'The agent of Cluster Backup: /metrics for Prometheus, /healthz for its health.\n';
    return { status: 200, type: TEXT, text };
  }
  return { status: 404, type: TEXT, text: 'There is /metrics and /healthz.\n' };
}

function send(response: ServerResponse, { status, type, text, headers }: Answer, isHead: boolean) {
  response.writeHead(status, {
    ...headers,
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(isHead ? undefined : text);
}
