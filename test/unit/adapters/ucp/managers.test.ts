import assert from 'node:assert/strict';
import { candidates, hindrance, pick } from '../../../../src/adapters/ucp/managers';
import type { UcpManager, UcpManagers } from '../../../../src/adapters/ucp/managers';

const up = { version: '3.2.4', status: 'Up 3 hours (healthy)', running: true, healthy: true };
const ill = { ...up, status: 'Up 3 hours (unhealthy)', healthy: false };
const down = { ...up, status: 'Exited (1) 2 days ago', running: false, healthy: false };

function manager(name: string, more: Partial<UcpManager> = {}): UcpManager {
  const engine = { node: name } as unknown as NonNullable<UcpManager['engine']>;
  const usual = { node: undefined, leader: false, reachable: true, controller: up };
  return { name, engine, ...usual, ...more };
}

function cluster(...managers: UcpManager[]): UcpManagers {
  const all = managers.flatMap(({ engine }) => engine ?? []);
  const reached = { all, main: all[0], manager: all[0], unreached: [] };
  return {
    reached: reached as unknown as UcpManagers['reached'],
    managers,
    nodes: undefined,
    instance: 'abc',
    version: '3.2.4',
  };
}

const code = (attempt: () => unknown): unknown => {
  try {
    attempt();
    return undefined;
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('The manager that takes the backup', () => {
  const leader = manager('one', { leader: true });

  it('is not the leader where there is a choice', () => {
    assert.equal(pick(cluster(leader, manager('two'), manager('three')), undefined).name, 'two');
    assert.equal(pick(cluster(leader), undefined).name, 'one');
  });

  it('is a healthy one, and the leader before one that is not', () => {
    const found = cluster(
      leader,
      manager('two', { controller: ill }),
      manager('three', { controller: down }),
      manager('four', { reachable: false }),
    );
    assert.equal(pick(found, undefined).name, 'one');
    assert.deepEqual(
      candidates(found).map(({ name }) => name),
      ['one', 'two', 'three', 'four'],
    );
  });

  it('is the one that was asked for, though it be the leader or ill', () => {
    const found = cluster(leader, manager('two'), manager('three', { controller: ill }));
    assert.equal(pick(found, 'one').name, 'one');
    assert.equal(pick(found, 'three').name, 'three');
  });

  it('has to be known, reached, and have UCP on it', () => {
    const found = cluster(
      leader,
      manager('far', { engine: undefined, controller: undefined }),
      manager('bare', { controller: undefined }),
    );
    assert.equal(
      code(() => pick(found, 'nobody')),
      'ucp.unknownManager',
    );
    for (const name of ['far', 'bare']) {
      assert.equal(
        code(() => pick(found, name)),
        'ucp.noManager',
      );
    }
    assert.equal(
      code(() => pick(cluster(manager('bare', { controller: undefined })), undefined)),
      'ucp.notInstalled',
    );
  });

  it('says what is wrong with one', () => {
    assert.equal(hindrance(manager('two')), undefined);
    assert.match(hindrance(manager('two', { controller: ill })) ?? '', /not healthy.*unhealthy/);
    assert.match(hindrance(manager('two', { controller: down })) ?? '', /does not run.*Exited/);
    assert.match(hindrance(manager('two', { reachable: false })) ?? '', /does not reach two/);
  });
});
