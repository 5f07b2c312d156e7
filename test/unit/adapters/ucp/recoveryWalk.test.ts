import assert from 'node:assert/strict';
import type { PingedManager } from '../../../../src/adapters/ucp/healthyManagers';
import type { Pinged } from '../../../../src/adapters/ucp/ping';
import type { ProductSeen } from '../../../../src/adapters/ucp/recoverySeen';
import { joinSteps } from '../../../../src/adapters/ucp/recoverySteps';
import { walkOf } from '../../../../src/adapters/swarm/recovery/steps';
import type { SeenEngine, Survey } from '../../../../src/adapters/swarm/recovery/survey';
import type { Recovery } from '../../../../src/core/recovery';

const orphan: SeenEngine = {
  where: 'unix:///run/1.sock',
  name: 'node1',
  nodeId: 'id1',
  address: '10.0.0.1',
  state: 'active',
  manager: true,
  remoteManagers: [],
};
const lead: SeenEngine = {
  ...orphan,
  nodes: [
    {
      ID: 'id1',
      Version: { Index: 1 },
      Spec: { Role: 'manager' },
      Description: { Hostname: 'node1' },
      Status: { State: 'ready' },
      ManagerStatus: { Reachability: 'reachable', Addr: '10.0.0.1:2377' },
    },
  ],
};
const survey = (engine: SeenEngine): Survey => ({
  engines: [engine],
  services: [{ name: 'web', job: false, running: 1, desired: 1 }],
  ...(engine === lead ? { lead, autolock: false } : {}),
});
const lost = walkOf(survey(orphan));
const rebuilt = walkOf(survey(lead));

const pinged = (answer: Pinged): PingedManager => ({
  name: 'node1',
  address: '10.0.0.1',
  isUp: true,
  answer,
});

function seen(change: Partial<ProductSeen> = {}): ProductSeen {
  return {
    node: 'node1',
    instance: 'swarm1',
    installed: { version: '3.2.6', containers: ['ucp-controller'], volumes: ['ucp-kv'] },
    images: [{ reference: 'docker/ucp:3.2.6', version: '3.2.6' }],
    health: { expected: [pinged({ state: 'healthy' })], left: [] },
    nodes: [{ name: 'node1', role: 'manager', state: 'ready' }],
    ...change,
  };
}

const bare = seen({
  installed: { containers: [], volumes: [] },
  health: { expected: [], left: [] },
});
const ill = seen({
  health: { expected: [pinged({ state: 'unhealthy', status: 500 })], left: [] },
});
const mute = seen({
  health: { expected: [pinged({ state: 'silent', reason: 'no route' })], left: [] },
});

const own = (walk: Recovery) =>
  Object.fromEntries(
    walk.steps.filter(({ id }) => id.startsWith('ucp')).map(({ id, state }) => [id, state]),
  );
const step = (walk: Recovery, id: string) => {
  const found = walk.steps.find((one) => one.id === id);
  assert.ok(found, id);
  return found;
};

describe('The walk back from lost quorum with UCP on the swarm', () => {
  it('has the documented steps in their order', () => {
    const ids = joinSteps(lost, undefined).steps.map(({ id }) => id);
    const documented = [
      ...['forceNewCluster', 'ucpBackup', 'ucpUninstall', 'ucpRestore'],
      ...['ucpHealthy', 'ucpNodes', 'removeOld', 'joinOthers'],
    ];
    assert.deepEqual(
      ids.filter((id) => documented.includes(id)),
      documented,
    );
    // What autolock asks for comes before the swarm is rebuilt.
    for (const id of ['unlock', 'openKey']) {
      assert.ok(ids.indexOf(id) >= 0 && ids.indexOf(id) < ids.indexOf('forceNewCluster'), id);
    }
  });

  it('waits with all of the product until there is a quorum', () => {
    const walk = joinSteps(lost, undefined);
    assert.equal(walk.state, 'lost');
    assert.deepEqual(new Set(Object.values(own(walk))), new Set(['waiting']));
  });

  it('asks for an uninstallation where the product says that it is not well', () => {
    const walk = joinSteps(rebuilt, ill);
    assert.deepEqual(own(walk), {
      ucpBackup: 'optional',
      ucpUninstall: 'next',
      ucpRestore: 'optional',
      ucpHealthy: 'optional',
      ucpNodes: 'done',
    });
    assert.equal(walk.state, 'degraded');
    assert.match(walk.summary, /UCP 3\.2\.6 is not healthy/);
    const uninstall = step(walk, 'ucpUninstall');
    assert.deepEqual([uninstall.destructive, uninstall.automatic], [true, true]);
    assert.match(uninstall.consequence ?? '', /users, teams/);
    assert.match(uninstall.commands.join('\n'), /docker\/ucp:3\.2\.6 uninstall-ucp --id swarm1/);
    assert.match(uninstall.commands.join('\n'), /docker service rm ucp-uninstall-agent/);
  });

  it('does not push to uninstall what only can’t be asked from here', () => {
    const walk = joinSteps(rebuilt, mute);
    assert.equal(own(walk)['ucpUninstall'], 'optional');
    assert.equal(own(walk)['ucpHealthy'], 'next');
    assert.match(
      step(walk, 'ucpHealthy').facts?.join() ?? '',
      /node1,does not answer \(no route\)/,
    );
  });

  it('asks for the restore where nothing is installed', () => {
    const walk = joinSteps(rebuilt, bare);
    assert.deepEqual(own(walk), {
      ucpBackup: 'done',
      ucpUninstall: 'done',
      ucpRestore: 'next',
      ucpHealthy: 'waiting',
      ucpNodes: 'done',
    });
    assert.equal(step(walk, 'ucpRestore').handover, 'restore');
    assert.notEqual(walk.state, 'healthy');
  });

  it('has nothing left to do where the product is healthy', () => {
    const walk = joinSteps(rebuilt, seen());
    assert.deepEqual(own(walk), {
      ucpBackup: 'optional',
      ucpUninstall: 'optional',
      ucpRestore: 'done',
      ucpHealthy: 'done',
      ucpNodes: 'done',
    });
    assert.equal(walk.state, rebuilt.state);
    assert.match(walk.summary, /UCP 3\.2\.6 is healthy/);
  });

  it('asks which version left parts without a controller', () => {
    const parts = seen({
      installed: { containers: ['ucp-kv'], volumes: [] },
      health: { expected: [], left: [] },
    });
    const [question] = step(joinSteps(rebuilt, parts), 'ucpUninstall').questions ?? [];
    assert.deepEqual([question?.field, question?.value], ['version', '3.2.6']);
    assert.equal(own(joinSteps(rebuilt, parts))['ucpUninstall'], 'next');
  });

  it('gives each family its own command of a backup', () => {
    const command = (version: string) =>
      step(
        joinSteps(
          rebuilt,
          seen({ installed: { version, containers: ['ucp-controller'], volumes: [] } }),
        ),
        'ucpBackup',
      ).commands.join();
    assert.match(command('3.1.7'), /backup --id swarm1 >/);
    assert.match(command('3.2.6'), /backup --no-passphrase >/);
  });

  it('hands nothing over that another entry’s backups are for', () => {
    const walk = joinSteps(rebuilt, seen());
    for (const id of ['copyRaft', 'restore']) {
      assert.equal(step(walk, id).handover, undefined);
      assert.match(step(walk, id).detail, /"system": "swarm"/);
    }
  });
});
