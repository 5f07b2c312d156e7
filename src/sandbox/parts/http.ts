import { request as plainRequest, type IncomingHttpHeaders } from 'node:http';
import { request as tlsRequest, type RequestOptions } from 'node:https';

/** What a small request of the sandbox or a test gets back. */
export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** Sends one request over a connection of its own and reads the whole reply. */
export function httpRequest(
  url: string,
  options: RequestOptions & { body?: string | Buffer } = {},
): Promise<Reply> {
  const { body, ...rest } = options;
  const request = url.startsWith('https:') ? tlsRequest : plainRequest;
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { timeout: 10_000, agent: false, ...rest }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () =>
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          body: Buffer.concat(chunks),
        }),
      );
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`${url} did not answer in time`)));
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
