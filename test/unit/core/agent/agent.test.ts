import assert from 'node:assert/strict';
import type { PolicyConfig } from '../../../../src/core/config/policy';
import { FakeWorld, HOUR, HOURLY, failure, madeAt } from './fakeAgent';

const MINUTE = 60_000;
const START = '2026-11-22T09:30:00Z';

describe('the agent', () => {
  let world: FakeWorld;

  async function begin(policy: PolicyConfig = HOURLY, ...clusters: string[]): Promise<void> {
    world = new FakeWorld(START);
    for (const name of clusters.length === 0 ? ['one'] : clusters) world.add(name, policy);
    await world.start();
  }

  afterEach(async () => {
    world.halt();
    await world.clock.advance(10 * MINUTE);
    await world.ended;
  });

  it('makes the first backup at once, and then one at each planned moment, and prunes after each', async () => {
    await begin();
    await world.clock.advance(2 * HOUR);
    assert.deepEqual(world.made(), ['11-22T09:30:00', '11-22T10:00:00', '11-22T11:00:00']);
    assert.deepEqual(world.story.slice(0, 6), [
      '09:30:00 tidy',
      '09:30:00 backup one',
      '09:30:00 before one',
      '09:30:00 made one',
      '09:30:00 after one: done',
      '09:30:00 prune one',
    ]);
    const { runs, next, lastAttempt, standing } = world.state();
    assert.deepEqual(runs, { done: 3, failed: 0 });
    assert.equal(next, Date.parse('2026-11-22T12:00:00Z'));
    assert.equal(lastAttempt, Date.parse('2026-11-22T11:00:00Z'));
    assert.equal(standing.state, 'good');
    assert.deepEqual(world.notices, []);
  });

  it('makes up once for what a machine slept through', async () => {
    await begin();
    await world.clock.jump(3 * 24 * HOUR);
    assert.deepEqual(world.made(), ['11-22T09:30:00', '11-25T09:30:00']);
    await world.clock.advance(HOUR);
    assert.equal(world.made().length, 3);
    assert.deepEqual(world.notices, []);
  });

  it('a clock that is set back or forth neither stops it nor has it make two for a moment', async () => {
    await begin();
    await world.clock.advance(31 * MINUTE);
    await world.clock.jump(-2 * MINUTE);
    await world.clock.jump(2 * MINUTE);
    assert.deepEqual(world.made(), ['11-22T09:30:00', '11-22T10:00:00']);
    await world.clock.jump(-40 * 24 * HOUR);
    await world.clock.advance(2 * HOUR);
    assert.deepEqual(world.made().slice(2), ['10-13T10:01:00', '10-13T11:00:00', '10-13T12:00:00']);
  });

  it('does not begin another for a moment though its own is dated after a clock that was set back', async () => {
    await begin();
    await world.clock.advance(29 * MINUTE);
    world.takes = 3 * MINUTE;
    await world.clock.advance(20 * MINUTE);
    assert.equal(world.made().length, 2);
    await world.clock.jump(-19.5 * MINUTE);
    await world.clock.advance(10 * MINUTE);
    assert.equal(world.made().length, 2);
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

  it('one thing at a time for a cluster, four clusters at a time', async () => {
    world = new FakeWorld(START);
    world.takes = 10 * MINUTE;
    for (const name of ['a', 'b', 'c', 'd', 'e']) world.add(name);
    await world.start();
    assert.deepEqual(
      world.agent.state().clusters.map(({ running }) => running?.kind),
      ['backup', 'backup', 'backup', 'backup', undefined],
    );
    await world.clock.advance(11 * MINUTE);
    assert.equal(world.state('e').running?.kind, 'backup');
    world.takes = 90 * MINUTE;
    await world.clock.runTo('2026-11-22T11:15:00Z');
    assert.equal(world.story.filter((line) => /backup a$/.test(line)).length, 2);
    await world.clock.runTo('2026-11-22T11:59:00Z');
    // The moment at eleven was passed while the backup of ten was made: it is made up for at once.
    assert.deepEqual(world.made('a'), ['11-22T09:30:00', '11-22T10:00:00']);
    assert.equal(world.story.filter((line) => /backup a$/.test(line)).length, 3);
  });

  it('tells of a missed backup while one takes so long that the next moment has passed as well', async () => {
    await begin();
    world.takes = 5 * HOUR;
    await world.clock.runTo('2026-11-22T10:59:00Z');
    assert.deepEqual(world.notices, []);
    assert.equal(world.state().standing.state, 'good');
    await world.clock.runTo('2026-11-22T14:59:00Z');
    assert.deepEqual(
      world.notices.map(({ kind }) => kind),
      ['missed'],
    );
    world.takes = 0;
    await world.clock.runTo('2026-11-22T15:01:00Z');
    assert.deepEqual(
      world.notices.map(({ kind }) => kind),
      ['missed', 'recovered'],
    );
  });

  it('goes by what it read before where the configuration breaks, and takes it anew when it is well', async () => {
    await begin();
    const clusters = world.work.clusters.bind(world.work);
    world.work.clusters = () => Promise.reject(failure('config.invalid', 'usage'));
    await world.clock.advance(HOUR);
    assert.equal(world.made().length, 2);
    assert.equal(world.agent.state().error?.code, 'config.invalid');
    world.work.clusters = clusters;
    world.clusters.splice(0);
    world.add('two');
    world.agent.wake();
    await world.clock.settle();
    assert.equal(world.agent.state().error, undefined);
    assert.deepEqual(
      world.agent.state().clusters.map(({ name }) => name),
      ['two'],
    );
    assert.deepEqual(world.made('two'), ['11-22T10:30:00']);
  });

  it('a vault that can’t be read keeps no backup from being tried, and none is made twice', async () => {
    await begin();
    const backups = world.work.backups.bind(world.work);
    world.work.backups = () => Promise.reject(failure('vault.unreadable'));
    await world.clock.advance(2 * HOUR);
    assert.equal(world.made().length, 3);
    world.work.backups = backups;
    await world.clock.advance(HOUR);
    assert.equal(world.made().length, 4);
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

  it('tells who prunes which guard has held the last one up, until it lets go', async () => {
    world = new FakeWorld(START);
    const heldBy = ['newestSmaller', 'newestSmaller', undefined, 'newestDamaged'] as const;
    const known: unknown[] = [];
    world.work.prune = (_, __, before) => {
      known.push(before);
      const code = heldBy[known.length - 1];
      const stopped = code && { code, text: 'It stops.', next: 'Look.' };
      return Promise.resolve({ removed: [], frees: 0, ...(stopped ? { stopped } : {}) });
    };
    world.add('one');
    await world.start();
    await world.clock.advance(4 * HOUR);
    assert.deepEqual(known.slice(0, 5), [undefined, ...heldBy]);
  });

  it('prunes once a day besides, tells once that it fails, and when it goes again', async () => {
    await begin({ manualCount: 3 });
    await world.clock.advance(47 * HOUR);
    assert.equal(world.story.filter((line) => line.includes('prune')).length, 2);
    world.fails.prune.push(...Array.from({ length: 4 }, () => failure('vault.notRemoved')));
    await world.clock.advance(2 * HOUR);
    assert.equal(world.story.filter((line) => line.includes('prune')).length, 7);
    assert.deepEqual(
      world.notices.map(({ kind }) => kind),
      ['pruneFailed', 'recovered'],
    );
  });
});
