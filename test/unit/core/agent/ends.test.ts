import assert from 'node:assert/strict';
import type { PolicyConfig } from '../../../../src/core/config/policy';
import { FakeWorld, HOUR, HOURLY, failure, madeAt } from './fakeAgent';

const MINUTE = 60_000;
const START = '2026-11-22T09:30:00Z';

describe('the agent’s end', () => {
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

  it('stops at once while it waits, and ends what runs through its signal', async () => {
    await begin();
    world.halt();
    await world.clock.settle();
    await world.ended;
    world.takes = 10 * MINUTE;
    await world.start();
    await world.clock.runTo('2026-11-22T10:05:00Z');
    assert.equal(world.state().running?.kind, 'backup');
    world.halt();
    await world.clock.settle();
    await world.ended;
    assert.equal(world.clock.now().toISOString(), '2026-11-22T10:05:00.000Z');
    assert.equal(world.made().length, 1);
    assert.equal(world.hooks.at(-1)?.kind, 'failed');
    assert.deepEqual(world.notices, []);
  });

  it('a notice that does not arrive holds up neither the next one nor, for long, the end', async () => {
    await begin({ ...HOURLY, retries: 0 });
    world.noticesTake = new Promise(() => undefined);
    world.fails.backUp.push(failure('test.broken'));
    await world.clock.advance(2 * HOUR);
    assert.deepEqual(
      world.notices.map(({ kind }) => kind),
      ['failed', 'missed', 'recovered'],
    );
    world.halt();
    await world.clock.advance(2 * MINUTE);
    await world.ended;
  });

  for (const interval of ['1s', '1h']) {
    it(`run once, makes one backup with ${interval} and checks each backup once, and ends`, async () => {
      world = new FakeWorld(START);
      const verify = { every: '1s' };
      world.add('one', { schedules: [{ interval, count: 9 }], verify }, [
        madeAt('2026-11-20'),
        madeAt('2026-11-21'),
      ]);
      world.takes = 5_000;
      world.checkTakes = 3_000;
      await world.once();
      await world.clock.advance(5 * MINUTE);
      await world.ended;
      assert.equal(world.of().length, 3);
      const of = (kind: string) => world.story.filter((line) => line.includes(` ${kind} `)).length;
      assert.equal(of('check'), 3);
      assert.equal(of('backup'), 1);
      assert.ok(of('prune') >= 1);
    });
  }

  it('run once, does not wait to try again what failed', async () => {
    world = new FakeWorld(START);
    world.add('one', { schedules: [{ interval: '2s', count: 9 }], retries: 9 });
    world.failsAlways = failure('test.broken');
    await world.once();
    await world.clock.advance(5 * MINUTE);
    await world.ended;
    assert.equal(world.state().runs.failed, 1);
  });

  it('leaves behind what does not end when it is stopped, after a while', async () => {
    await begin();
    world.work.backUp = () => new Promise(() => undefined);
    await world.clock.runTo('2026-11-22T10:05:00Z');
    world.halt();
    const before = world.clock.now().getTime();
    await world.clock.advance(2 * MINUTE);
    await world.ended;
    assert(world.clock.now().getTime() - before <= 2 * MINUTE);
  });
});
