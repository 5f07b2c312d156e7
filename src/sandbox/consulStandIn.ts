import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type State, makeSnapshot, nodeName, readSnapshot } from './standIn/snapshot';

export interface ConsulStandIn {
  readonly address: string;
  readonly stop: () => Promise<void>;
}

interface Call {
  state: State;
  url: URL;
  /** What follows the route's path. */
  rest: string;
  body: Buffer;
}

interface Answer {
  status: number;
  body: Buffer | string;
}

const json = (value: unknown): Answer => ({ status: 200, body: JSON.stringify(value) });
const nothing: Answer = { status: 404, body: '' };

/**
 * A small server that answers as a Consul of one server would, for machines on which none can be
 * had. It is for trying the editor's screens on; no test takes it for Consul.
 */
export async function startConsulStandIn(): Promise<ConsulStandIn> {
  const state: State = { index: 10, keys: new Map(), services: new Map(), sessions: new Map() };
  const server = createServer((request, response) => {
    void answer(state, request)
      .catch((error: unknown): Answer => ({ status: 500, body: (error as Error).message }))
      .then((reply) => send(state, response, reply));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function send(state: State, response: ServerResponse, reply: Answer): void {
  response.writeHead(reply.status, {
    'X-Consul-Index': String(state.index),
    'X-Consul-KnownLeader': 'true',
    'X-Consul-LastContact': '0',
    ...(typeof reply.body === 'string' ? { 'Content-Type': 'application/json' } : {}),
  });
  response.end(reply.body);
}

async function answer(state: State, request: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  for (const [route, handle] of Object.entries(routes)) {
    const [method = '', path = ''] = route.split(' ');
    const fits = path.endsWith('/') ? url.pathname.startsWith(path) : url.pathname === path;
    if (method !== request.method || !fits) continue;
    const rest = decodeURIComponent(url.pathname.slice(path.length));
    return handle({ state, url, rest, body: Buffer.concat(chunks) });
  }
  return nothing;
}

const routes: Record<string, (call: Call) => Answer | Promise<Answer>> = {
  'GET /v1/status/leader': () => json('127.0.0.1:8300'),
  'GET /v1/status/peers': () => json(['127.0.0.1:8300']),
  'GET /v1/agent/self': () =>
    json({
      Config: { Datacenter: 'dc1', NodeName: nodeName, Server: true, Version: '1.8.7' },
      Member: { Name: nodeName, Addr: '127.0.0.1', Status: 1 },
    }),
  'GET /v1/operator/autopilot/health': () =>
    json({
      Healthy: true,
      FailureTolerance: 0,
      Servers: [
        { Name: nodeName, Address: '127.0.0.1:8300', Healthy: true, Voter: true, Leader: true },
      ],
    }),
  'GET /v1/catalog/datacenters': () => json(['dc1']),
  'GET /v1/catalog/nodes': () =>
    json([{ Node: nodeName, Address: '127.0.0.1', Datacenter: 'dc1' }]),
  'GET /v1/catalog/services': ({ state }) => {
    const services: Record<string, string[]> = { consul: [] };
    for (const { name, tags } of state.services.values()) {
      services[name] = [...new Set([...(services[name] ?? []), ...tags])];
    }
    return json(services);
  },
  'PUT /v1/agent/service/register': ({ state, body }) => {
    const given = JSON.parse(body.toString()) as {
      ID?: string;
      Name: string;
      Port?: number;
      Tags?: string[];
    };
    const id = given.ID ?? given.Name;
    const service = { id, name: given.Name, port: given.Port ?? 0, tags: given.Tags ?? [] };
    state.services.set(id, service);
    state.index += 1;
    return { status: 200, body: '' };
  },
  'PUT /v1/session/create': ({ state, body }) => {
    const given = JSON.parse(body.toString() || '{}') as { Name?: string };
    const id = randomUUID();
    state.sessions.set(id, given.Name ?? '');
    state.index += 1;
    return json({ ID: id });
  },
  'GET /v1/session/list': ({ state }) =>
    json([...state.sessions].map(([ID, Name]) => ({ ID, Name, Node: nodeName }))),
  'GET /v1/kv/': ({ state, url, rest }) => {
    const many = url.searchParams.has('keys') || url.searchParams.has('recurse');
    const keys = [...state.keys.keys()].filter((key) =>
      many ? key.startsWith(rest) : key === rest,
    );
    if (keys.length === 0) return nothing;
    if (url.searchParams.has('keys')) return json(keys.sort());
    if (url.searchParams.has('raw')) return { status: 200, body: state.keys.get(rest) ?? '' };
    return json(
      keys.sort().map((Key) => ({ Key, Value: state.keys.get(Key)?.toString('base64'), Flags: 0 })),
    );
  },
  'PUT /v1/kv/': ({ state, rest, body }) => {
    state.keys.set(rest, body);
    state.index += 1;
    return json(true);
  },
  'DELETE /v1/kv/': ({ state, url, rest }) => {
    for (const key of [...state.keys.keys()]) {
      if (key === rest || (url.searchParams.has('recurse') && key.startsWith(rest))) {
        state.keys.delete(key);
      }
    }
    state.index += 1;
    return json(true);
  },
  'GET /v1/snapshot': async ({ state }) => ({ status: 200, body: await makeSnapshot(state) }),
  'PUT /v1/snapshot': async ({ state, body }) => {
    const restored = await readSnapshot(body);
    // An index never goes back: watchers would miss what follows.
    const index = Math.max(state.index, restored.index) + 1;
    Object.assign(state, restored, { index });
    return { status: 200, body: '' };
  },
};
