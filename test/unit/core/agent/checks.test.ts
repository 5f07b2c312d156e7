import assert from 'node:assert/strict';
import type { PolicyConfig } from '../../../../src/core/config/policy';
import { FakeWorld, HOUR, HOURLY, failure, madeAt } from './fakeAgent';

const MINUTE = 60_000;
const DAY = 24 * HOUR;
const START = '2026-11-22T09:30:00Z';
const CHECKED: PolicyConfig = { verify: { every: '4d' } };

describe('the agent’s checks', () => {
  let world: FakeWorld;

  beforeEach(() => {
    world = new FakeWorld(START);
  });

  afterEach(async () => {
    world.halt();
    await world.clock.advance(10 * MINUTE);
    await world.ended;
  });

  const checks = () => world.story.filter((line) => line.includes('check'));
  const kinds = () => world.notices.map(({ kind }) => kind);

  it('one at a time over all clusters, the oldest first, and again as it is due', async () => {
    world.checkTakes = 10 * MINUTE;
    world.add('a', CHECKED, [madeAt('2026-11-12'), madeAt('2026-11-10')]);
    world.add('b', CHECKED, [madeAt('2026-11-11')]);
    await world.start();
    await world.clock.advance(HOUR);
    assert.deepEqual(checks(), ['09:30:00 check a', '09:40:00 check b', '09:50:00 check a']);
    await world.clock.advance(2.9 * DAY);
    assert.equal(checks().length, 3);
    await world.clock.advance(0.2 * DAY);
    assert.equal(checks().length, 6);
    assert.equal(world.state('a').standing.state, 'good');
    assert.equal(world.state('a').checksOverdue, 0);
  });

  it('a slow one holds up no backup, and none is begun while one is made', async () => {
    world.add('a', { ...HOURLY, ...CHECKED }, [madeAt('2026-11-12'), madeAt('2026-11-22T09:00Z')]);
    world.checkTakes = 3 * HOUR;
    await world.start();
    await world.clock.runTo('2026-11-22T12:15:00Z');
    assert.deepEqual(checks(), ['09:30:00 check a']);
    assert.equal(world.state().running?.kind, 'check');
    assert.deepEqual(world.made().slice(2), ['11-22T10:00:00', '11-22T11:00:00', '11-22T12:00:00']);
    world.takes = 20 * MINUTE;
    await world.clock.runTo('2026-11-22T13:05:00Z');
    assert.equal(world.state().running?.kind, 'backup');
    world.backups.set('a', [madeAt('2026-11-01'), ...world.of()]);
    world.agent.wake();
    await world.clock.runTo('2026-11-22T13:30:00Z');
    assert.deepEqual(checks().slice(1), ['13:20:00 check a']);
  });

  it('tells of each damaged one once, the moment it is found, and when there is none any more', async () => {
    const bad = madeAt('2026-11-12');
    world.damaged.add(bad.id);
    world.add('a', CHECKED, [bad, madeAt('2026-11-20')]);
    await world.start();
    assert.deepEqual(kinds(), ['damaged']);
    assert.equal(world.notices[0]?.backupId, bad.id);
    assert.equal(world.state().damaged, 1);
    await world.clock.advance(20 * DAY);
    assert.deepEqual(kinds(), ['damaged']);
    world.backups.set('a', []);
    world.agent.wake();
    await world.clock.settle();
    assert.deepEqual(kinds(), ['damaged', 'recovered']);
  });

  it('one that can’t be checked keeps no other from it, is tried ever later and told once', async () => {
    world.add('a', CHECKED, [madeAt('2026-11-12'), madeAt('2026-11-13')]);
    world.fails.check.push(failure('vault.unreadable'));
    await world.start();
    assert.deepEqual(checks(), ['09:30:00 check a', '09:30:00 check a']);
    assert.deepEqual(kinds(), ['checkFailed']);
    world.fails.check.push(failure('vault.unreadable'), failure('vault.unreadable'));
    await world.clock.advance(10 * MINUTE);
    assert.deepEqual(checks().slice(2), [
      '09:31:00 check a',
      '09:33:00 check a',
      '09:37:00 check a',
    ]);
    assert.deepEqual(kinds(), ['checkFailed', 'recovered']);
  });

  it('one that another agent is at is looked at again soon', async () => {
    world.add('a', CHECKED, [madeAt('2026-11-12')]);
    const check = world.work.check.bind(world.work);
    world.work.check = () => {
      world.tell('check of another');
      return Promise.resolve(undefined);
    };
    await world.start();
    world.work.check = check;
    await world.clock.advance(10 * MINUTE);
    assert.deepEqual(checks(), ['09:30:00 check of another', '09:31:00 check a']);
    assert.deepEqual(kinds(), []);
  });
});
