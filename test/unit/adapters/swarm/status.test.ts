import assert from 'node:assert/strict';
import type { SwarmConnections } from '../../../../src/adapters/swarm/connections';
import { readStatus } from '../../../../src/adapters/swarm/status';
import { dockerErrors } from '../../../../src/adapters/docker/errors';
import type { RunContext } from '../../../../src/core/ports';

const silent = () => undefined;
const context: RunContext = {
  signal: new AbortController().signal,
  progress: silent,
  log: { debug: silent, info: silent, warn: silent, error: silent },
  clock: { now: () => new Date() },
};

const node = (name: string, reachability: string, leader = false) => ({
  ID: `id-${name}`,
  Version: { Index: 1 },
  Spec: { Role: 'manager', Availability: 'active' },
  Description: { Hostname: name },
  Status: { State: reachability === 'reachable' ? 'ready' : 'down', Addr: '10.0.0.1' },
  ManagerStatus: { Leader: leader, Reachability: reachability, Addr: '10.0.0.1:2377' },
});

/** Engines of which the first is a manager that says what it is given. */
function connections(answer: (path: string) => unknown): SwarmConnections {
  const json = (path: string, _: unknown, schema: { parse(value: unknown): unknown }) => {
    try {
      return Promise.resolve(schema.parse(answer(path)));
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
  };
  const info = { ServerVersion: '20.10.24', Swarm: { Managers: 3 } };
  const main = { node: 'node1', state: 'active', info, engine: { json } };
  const reached = { main, manager: main, engines: [main], unreached: [] };
  return {
    connection: { host: 'unix:///run/docker.sock' },
    reach: () => Promise.resolve(reached),
  } as unknown as SwarmConnections;
}

const swarmOf = (nodes: unknown[]) =>
  connections((path) =>
    path === '/nodes' ? nodes : path === '/swarm' ? { ID: 's', Spec: {} } : [],
  );

describe("a swarm's health", () => {
  it('is healthy with all managers, degraded without one, and has a quorum told', async () => {
    const all = [node('a', 'reachable', true), node('b', 'reachable'), node('c', 'reachable')];
    const healthy = await readStatus(swarmOf(all), context);
    assert.equal(healthy.health, 'healthy');
    assert.deepEqual(healthy.quorum, { needed: 2, alive: 3, total: 3 });
    const degraded = await readStatus(
      swarmOf([...all.slice(0, 2), node('c', 'unreachable')]),
      context,
    );
    assert.equal(degraded.health, 'degraded');
    assert.match(degraded.reason ?? '', /manager c is unreachable/);
  });

  it('has lost its leader with its quorum, though the old one still answers', async () => {
    const nodes = [
      node('a', 'reachable', true),
      node('b', 'unreachable'),
      node('c', 'unreachable'),
    ];
    const status = await readStatus(swarmOf(nodes), context);
    assert.equal(status.health, 'noLeader');
    assert.match(status.reason ?? '', /Only 1 of 3 managers.*2 are needed/);
  });

  it('has no leader when a manager that answers can say nothing of its swarm', async () => {
    const words = connections(() => {
      throw dockerErrors.timeout({ message: 'It took the request but did not answer.' });
    });
    const status = await readStatus(words, context);
    assert.equal(status.health, 'noLeader');
    assert.deepEqual(status.quorum, { needed: 2, alive: 1, total: 3 });
  });
});
