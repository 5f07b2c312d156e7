import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Stands between us and the stand-in: counts what is asked at the same time, and may change what is answered. */
export interface CountingProxy {
  address: string;
  /** The most requests that were open at the same time. */
  most(): number;
  reset(): void;
  close(): Promise<void>;
}

/**
 * @param counted paths that count
 * @param change of the text of each answer
 */
export async function countingProxy(
  target: string,
  counted: RegExp,
  change: (text: string) => string = (text) => text,
): Promise<CountingProxy> {
  let open = 0;
  let most = 0;
  const server = createServer((request, response) => {
    const { url = '/', method = 'GET', headers } = request;
    const counts = counted.test(url);
    if (counts) most = Math.max(most, ++open);
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
      const body = Buffer.concat(chunks);
      const answer = await fetch(target + url, {
        method,
        headers: pass(headers),
        ...(body.length === 0 ? {} : { body }),
      });
      const text = change(await answer.text());
      if (counts) open--;
      const type = answer.headers.get('content-type') ?? 'application/json';
      response.writeHead(answer.status, { 'content-type': type }).end(text);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}`,
    most: () => most,
    reset: () => (most = 0),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function pass(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const kept = ['authorization', 'accept', 'content-type'];
  return Object.fromEntries(
    kept.flatMap((name) => {
      const value = headers[name];
      return typeof value === 'string' ? [[name, value]] : [];
    }),
  );
}
