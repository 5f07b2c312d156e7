import assert from 'node:assert/strict';
import type { PolicyConfig } from '../../../../src/core/config/policy';
import { FakeWorld, HOUR, HOURLY, failure, madeAt } from './fakeAgent';

const MINUTE = 60_000;
const START = '2026-11-22T09:30:00Z';

describe('the agent’s tries', () => {
  let world: FakeWorld;

  async function begin(policy: PolicyConfig = HOURLY): Promise<void> {
    world = new FakeWorld(START);
    world.add('one', policy);
    await world.start();
  }

  afterEach(async () => {
    world.halt();
    await world.clock.advance(10 * MINUTE);
    await world.ended;
  });

  it('tries again ever later, tells it at first and when it gives up, and starts afresh at the next moment', async () => {
    world = new FakeWorld(START);
    world.add('one', { ...HOURLY, retries: 3 });
    world.backups.set('one', [madeAt('2026-11-22T09:00:00Z')]);
    await world.start();
    world.failsAlways = failure('test.broken');
    await world.clock.runTo('2026-11-22T11:00:30Z');
    const tries = world.story.filter((line) => line.includes('backup'));
    assert.deepEqual(
      tries.map((line) => line.slice(0, 8)),
      ['10:00:00', '10:01:00', '10:03:00', '10:07:00', '11:00:00'],
    );
    assert.deepEqual(
      world.notices.map(({ kind, error }) => [kind, error?.code]),
      [
        ['failed', 'test.broken'],
        ['failed', 'test.broken'],
        ['missed', undefined],
      ],
    );
    assert.equal(world.state().failuresInARow, 5);
    assert.equal(world.state().lastError?.code, 'test.broken');
    assert.equal(world.state().standing.state, 'bad');
    world.failsAlways = undefined;
    await world.clock.advance(MINUTE);
    assert.equal(world.notices.length, 4);
    assert.equal(world.notices[3]?.kind, 'recovered');
    assert.equal(world.state().standing.state, 'good');
    assert.equal(world.state().lastError, undefined);
  });

  it('waits an hour between two tries at most, and a tenth of a short interval at first', async () => {
    await begin({ schedules: [{ interval: '1d', count: 7 }], retries: 20 });
    await world.clock.runTo('2026-11-22T23:59:00Z');
    world.failsAlways = failure('test.broken');
    world.story.splice(0);
    await world.clock.runTo('2026-11-23T06:00:00Z');
    assert.deepEqual(
      world.story.filter((line) => line.includes('backup')).map((line) => line.slice(0, 5)),
      [
        '00:00',
        '00:01',
        '00:03',
        '00:07',
        '00:15',
        '00:31',
        '01:03',
        '02:03',
        '03:03',
        '04:03',
        '05:03',
      ],
    );
    world.halt();
    await begin({ schedules: [{ interval: '20s', count: 7 }], retries: 2 });
    await world.clock.runTo('2026-11-22T09:30:39Z');
    world.failsAlways = failure('test.broken');
    world.story.splice(0);
    await world.clock.advance(20_000);
    assert.deepEqual(
      world.story.filter((line) => line.includes('backup')).map((line) => line.slice(0, 8)),
      ['09:30:40', '09:30:42', '09:30:46'],
    );
  });

  it('does not repeat what only a person can put right before the next moment', async () => {
    await begin();
    world.fails.backUp.push(failure('core.unsupported', 'usage'));
    await world.clock.advance(1.9 * HOUR);
    assert.deepEqual(world.made(), ['11-22T09:30:00', '11-22T11:00:00']);
    assert.deepEqual(
      world.notices.map(({ kind }) => kind),
      ['failed', 'missed', 'recovered'],
    );
  });

  it('a lock that another holds is no failure: it looks again soon', async () => {
    await begin();
    world.fails.backUp.push(...Array.from({ length: 8 }, () => failure('vault.locked')));
    world.hooks.splice(0);
    await world.clock.advance(45 * MINUTE);
    assert.deepEqual(world.made(), ['11-22T09:30:00', '11-22T10:08:00']);
    assert.deepEqual(
      world.hooks.map(({ kind }) => kind),
      ['before', 'done'],
    );
    assert.deepEqual(world.notices, []);
    assert.equal(world.state().runs.failed, 0);
  });

  it('makes none where a hook before it fails, and says so with its code', async () => {
    await begin();
    world.fails.before.push(failure('agent.hookFailed'));
    world.hooks.splice(0);
    await world.clock.runTo('2026-11-22T10:00:30Z');
    assert.equal(world.made().length, 1);
    assert.deepEqual(
      world.hooks.map(({ kind, error }) => [kind, error?.code]),
      [
        ['before', undefined],
        ['failed', 'agent.hookFailed'],
      ],
    );
    assert.equal(world.notices[0]?.error?.code, 'agent.hookFailed');
    await world.clock.advance(MINUTE);
    assert.equal(world.made().length, 2);
  });
});
