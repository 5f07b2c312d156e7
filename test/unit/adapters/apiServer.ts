import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
}

/** How one request is answered. */
export interface Reply {
  status?: number;
  headers?: Record<string, string>;
  /** An object goes as JSON. */
  body?: unknown;
}

/** A tiny server on this machine that answers as a test says, and remembers what it was asked. */
export class ApiServer {
  readonly seen: SeenRequest[] = [];
  /** Taken in turn; the last one answers all that follow. */
  replies: (Reply | ((request: SeenRequest) => Reply))[] = [];

  private constructor(private readonly server: Server) {}

  static async start(): Promise<ApiServer> {
    const server = createServer();
    const api = new ApiServer(server);
    server.on('request', (request, response) => void api.answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return api;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Method and path of each request. */
  get lines(): string[] {
    return this.seen.map(({ method, path }) => `${method} ${path}`);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks = (await request.toArray()) as Buffer[];
    const { method = '', url = '', headers } = request;
    const seen = { method, path: url, headers, body: Buffer.concat(chunks).toString() };
    this.seen.push(seen);
    const next = this.replies.length > 1 ? this.replies.shift() : this.replies[0];
    const {
      status = 200,
      headers: more = {},
      body = {},
    } = typeof next === 'function' ? next(seen) : (next ?? {});
    response.writeHead(status, more);
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  }
}
