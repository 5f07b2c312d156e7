import { createServer, request as httpRequest } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What goes wrong on the way. Bytes are those of the answer's body. */
export type Fault =
  /** Answers by itself; nothing reaches the server. */
  | { kind: 'answer'; status: number; body?: string; headers?: Record<string, string> }
  /** Breaks the connection in the middle of the answer. */
  | { kind: 'cut'; after: number }
  /** Ends the answer early, as if it were whole. */
  | { kind: 'end'; after: number }
  /** Stops sending and keeps the connection. */
  | { kind: 'stall'; after: number }
  /** Takes the request and never answers; the server gets it. */
  | { kind: 'silent' }
  /** Breaks the connection before anything is answered; the server gets nothing. */
  | { kind: 'reset' }
  /** Changes headers of the answer. */
  | { kind: 'headers'; headers: Record<string, string> };

export interface FaultRule {
  /** Which requests; all when left out. */
  when?: (method: string, path: string) => boolean;
  /** How often; always when left out. */
  times?: number;
}

export interface FaultProxy {
  readonly address: string;
  /** Method and path of what came, in order. */
  readonly requests: readonly { method: string; path: string; headers: Record<string, unknown> }[];
  /** From now on; replaces the fault before. Undefined: none. */
  inject(fault: Fault | undefined, rule?: FaultRule): void;
  close(): Promise<void>;
}

/**
 * Stands between us and an HTTP server and spoils what passes, on order.
 *
 * @param target the server's address, `http://host:port`
 */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const requests: { method: string; path: string; headers: Record<string, unknown> }[] = [];
  let current: { fault: Fault; rule: FaultRule; left: number } | undefined;

  const faultFor = (method: string, path: string): Fault | undefined => {
    if (current === undefined || current.left <= 0) return undefined;
    if (current.rule.when !== undefined && !current.rule.when(method, path)) return undefined;
    current.left--;
    return current.fault;
  };

  const server = createServer((incoming, outgoing) => {
    const { method = 'GET', url = '/' } = incoming;
    requests.push({ method, path: url, headers: incoming.headers });
    const fault = faultFor(method, url);
    if (fault?.kind === 'reset') {
      incoming.socket.resetAndDestroy();
    } else if (fault?.kind === 'answer') {
      incoming.resume();
      outgoing.writeHead(fault.status, fault.headers).end(fault.body);
    } else {
      forward(target, incoming, outgoing, fault);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}`,
    requests,
    inject: (fault, rule = {}) => {
      current = fault && { fault, rule, left: rule.times ?? Number.POSITIVE_INFINITY };
    },
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function forward(
  target: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  fault: Fault | undefined,
): void {
  const { method, url = '/', headers } = incoming;
  const onward = httpRequest(target + url, {
    method,
    headers: { ...headers, host: new URL(target).host },
    agent: false,
  });
  onward.on('error', () => outgoing.destroy());
  outgoing.on('close', () => onward.destroy());
  // A sender that breaks off must look like that to the server too.
  incoming.on('close', () => {
    if (!incoming.complete) onward.destroy();
  });
  incoming.on('error', () => onward.destroy());
  incoming.pipe(onward);
  onward.on('response', (answer) => {
    if (fault?.kind === 'silent') {
      answer.resume();
      return;
    }
    const changed = fault?.kind === 'headers' ? fault.headers : {};
    const limit = fault !== undefined && 'after' in fault ? fault.after : Number.POSITIVE_INFINITY;
    const sent = { ...answer.headers, ...changed };
    // A shorter body must not contradict its own length.
    if (fault?.kind === 'end') delete sent['content-length'];
    outgoing.writeHead(answer.statusCode ?? 502, sent);
    let passed = 0;
    const spoil = () => {
      answer.pause();
      if (fault?.kind === 'end') outgoing.end();
      if (fault?.kind === 'cut') outgoing.socket?.destroySoon();
    };
    answer.on('data', (chunk: Buffer) => {
      if (passed >= limit) return;
      const piece = chunk.subarray(0, limit - passed);
      passed += piece.length;
      const more = outgoing.write(piece, passed >= limit ? spoil : undefined);
      if (!more && passed < limit) {
        answer.pause();
        outgoing.once('drain', () => answer.resume());
      }
    });
    answer.on('end', () => {
      if (limit === Number.POSITIVE_INFINITY) outgoing.end();
    });
    if (limit === 0) {
      outgoing.flushHeaders();
      spoil();
    }
  });
}
