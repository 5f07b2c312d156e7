import assert from 'node:assert/strict';
import { walkOf } from '../../../../src/adapters/swarm/recovery/steps';
import { hasQuorum } from '../../../../src/adapters/swarm/recovery/survey';
import type { NodeEntry, SeenEngine, Survey } from '../../../../src/adapters/swarm/recovery/survey';
import type { Recovery, RecoveryStep } from '../../../../src/core/recovery';

/* Shaped after what Docker 20.10.24 said with three managers of which two were killed. */

const ADDRESSES = ['10.199.0.1', '10.199.0.2', '10.199.0.3'];
const REMOTE = ADDRESSES.map((address, i) => ({ id: `id${i + 1}`, address: `${address}:2377` }));

function engine(number: number, change: Partial<SeenEngine> = {}): SeenEngine {
  return {
    where: `unix:///run/${number}.sock`,
    name: `node${number}`,
    version: '20.10.24',
    rootDir: '/var/lib/docker',
    nodeId: `id${number}`,
    address: ADDRESSES[number - 1] ?? '',
    state: 'active',
    manager: true,
    remoteManagers: REMOTE,
    ...change,
  };
}

const silent = (number: number): SeenEngine => ({
  where: `node${number}`,
  name: `node${number}`,
  reason: 'no connection',
  state: 'silent',
  manager: false,
  remoteManagers: [],
});

function node(
  number: number,
  reachability: 'reachable' | 'unreachable' | undefined,
  change: Partial<NodeEntry> = {},
): NodeEntry {
  return {
    ID: `id${number}`,
    Version: { Index: 10 + number },
    Spec: { Role: 'manager', Availability: 'active' },
    Description: { Hostname: `node${number}` },
    Status: { State: reachability === 'reachable' ? 'ready' : 'down' },
    ManagerStatus:
      reachability === undefined
        ? null
        : { Reachability: reachability, Addr: `${ADDRESSES[number - 1] ?? ''}:2377` },
    ...change,
  };
}

function survey(engines: SeenEngine[], more: Partial<Survey> = {}): Survey {
  const lead = engines.find(hasQuorum);
  return {
    engines,
    services: [{ name: 'web', job: false, running: 3, desired: 3 }],
    ...(lead === undefined ? {} : { lead, autolock: false }),
    ...more,
  };
}

function step(walk: Recovery, id: string): RecoveryStep {
  const found = walk.steps.find((s) => s.id === id);
  assert.ok(found, id);
  return found;
}

const states = (walk: Recovery) => Object.fromEntries(walk.steps.map((s) => [s.id, s.state]));

describe('The walk back from lost quorum, worked out from what was seen', () => {
  it('has nothing to do where all is well', () => {
    const nodes = [node(1, 'reachable'), node(2, 'reachable'), node(3, 'reachable')];
    const walk = walkOf(survey([engine(1, { nodes }), engine(2, { nodes }), engine(3, { nodes })]));
    assert.equal(walk.state, 'healthy');
    assert.deepEqual(
      walk.steps.filter((s) => s.state === 'next' || s.state === 'waiting'),
      [],
    );
  });

  it('offers to rebuild on the one that is left, and nothing that comes later', () => {
    const walk = walkOf(survey([engine(1, { error: 'no leader' }), silent(2), silent(3)]));
    assert.equal(walk.state, 'lost');
    assert.deepEqual(states(walk), {
      look: 'done',
      copyRaft: 'optional',
      unlock: 'done',
      openKey: 'optional',
      forceNewCluster: 'next',
      removeOld: 'waiting',
      restore: 'waiting',
      joinOthers: 'waiting',
      healthy: 'waiting',
      rotate: 'waiting',
      autolockOn: 'waiting',
    });
    const rebuild = step(walk, 'forceNewCluster');
    assert.equal(rebuild.destructive, true);
    assert.match(rebuild.consequence ?? '', /Forgotten: 10\.199\.0\.2:2377, 10\.199\.0\.3:2377\./);
    assert.ok(
      rebuild.commands.includes(
        'docker swarm init --force-new-cluster --advertise-addr 10.199.0.1',
      ),
    );
    assert.equal(rebuild.questions, undefined);
  });

  it('does not take the word of a leader that has just lost the others', () => {
    const nodes = [node(1, 'reachable'), node(2, 'unreachable'), node(3, 'unreachable')];
    assert.equal(hasQuorum({ nodes }), false);
    const walk = walkOf(survey([engine(1, { nodes }), silent(2), silent(3)]));
    assert.equal(walk.state, 'lost');
    assert.equal(hasQuorum({ nodes: nodes.slice(0, 1) }), true);
    assert.equal(hasQuorum({ nodes: [] }), false);
    // Two of two halves are no majority.
    assert.equal(hasQuorum({ nodes: nodes.slice(0, 2) }), false);
  });

  it('asks on which manager where several are left', () => {
    const walk = walkOf(survey([engine(1), engine(2), silent(3), silent(3)]));
    const [question] = step(walk, 'forceNewCluster').questions ?? [];
    assert.deepEqual(
      question?.options?.map((o) => o.label),
      ['node1', 'node2'],
    );
  });

  it('refuses a rebuild while a manager that is not the first has a quorum', () => {
    const nodes = [node(1, 'unreachable'), node(2, 'reachable'), node(3, 'reachable')];
    const walk = walkOf(survey([engine(1), engine(2, { nodes }), engine(3, { nodes })]));
    assert.equal(step(walk, 'forceNewCluster').state, 'done');
    assert.match(step(walk, 'forceNewCluster').reason ?? '', /2 of 3 managers/);
    assert.equal(step(walk, 'removeOld').state, 'optional');
  });

  it('has locked managers unlocked before anything is rebuilt', () => {
    const locked = { state: 'locked', manager: false, nodeId: undefined } as const;
    const engines = [1, 2].map((n) => {
      const { nodeId: _id, ...rest } = { ...engine(n), ...locked };
      return { ...rest, remoteManagers: [] };
    });
    const walk = walkOf(survey([...engines, silent(3)]));
    assert.equal(step(walk, 'unlock').state, 'next');
    assert.equal(step(walk, 'forceNewCluster').state, 'waiting');
    assert.deepEqual(
      step(walk, 'unlock').questions?.map((q) => [q.field, q.secret === true]),
      [
        ['engine', false],
        ['unlockKey', true],
      ],
    );
  });

  it('keeps the entry of an old manager that lives until it has joined, and removes the dead', () => {
    const nodes = [node(1, 'reachable'), node(2, undefined), node(3, undefined)];
    const walk = walkOf(survey([engine(1, { nodes }), engine(2), silent(3)]));
    assert.equal(walk.state, 'degraded');
    assert.deepEqual(step(walk, 'removeOld').facts, [['node3', 'down']]);
    assert.deepEqual(step(walk, 'removeOld').commands, ['docker node rm --force id3']);
    const join = step(walk, 'joinOthers');
    assert.equal(join.state, 'next');
    assert.deepEqual(
      join.facts?.map(([name]) => name),
      ['node2'],
    );
    assert.match(join.consequence ?? '', /containers/);
  });

  it('demotes a member that is away before it removes it, and only if asked', () => {
    const nodes = [node(1, 'reachable'), node(2, 'reachable'), node(3, 'unreachable')];
    const walk = walkOf(survey([engine(1, { nodes }), engine(2, { nodes }), silent(3)]));
    assert.equal(step(walk, 'removeOld').state, 'optional');
    assert.deepEqual(step(walk, 'removeOld').commands, [
      'docker node demote id3',
      'docker node rm --force id3',
    ]);
    assert.equal(step(walk, 'healthy').state, 'next');
  });

  it('tells of the way out of the trap and of the cold way where no manager is left', () => {
    const idle = engine(1, { state: 'inactive', manager: false, remoteManagers: [] });
    const walk = walkOf(survey([idle, silent(2)]));
    const cold = step(walk, 'cold');
    assert.equal(cold.state, 'next');
    assert.equal(cold.automatic, false);
    assert.match(cold.detail, /do not init and do not join/);
    assert.equal(step(walk, 'forceNewCluster').state, 'waiting');
    const worker = engine(1, { manager: false });
    assert.match(
      step(walkOf(survey([worker])), 'forceNewCluster').reason ?? '',
      /A worker can’t be used/,
    );
  });

  it('can only look where nobody answers', () => {
    const walk = walkOf(survey([silent(1), silent(2)]));
    assert.equal(step(walk, 'look').state, 'next');
    assert.deepEqual(
      walk.steps.filter((s) => s.automatic && (s.state === 'next' || s.state === 'optional')),
      [],
    );
  });

  it('never waits for jobs, and names the services that are short', () => {
    const nodes = [node(1, 'reachable')];
    const services = [
      { name: 'once', job: true, running: 0, desired: 1 },
      { name: 'api', job: false, running: 1, desired: 2 },
    ];
    const walk = walkOf(survey([engine(1, { nodes })], { services }));
    assert.match(walk.summary, /not at full strength: api\.$/);
    assert.deepEqual(step(walk, 'healthy').facts?.at(-1), ['api', '1 of 2 tasks']);
  });
});
