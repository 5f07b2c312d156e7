import assert from 'node:assert/strict';
import type { PolicyConfig } from '../../../../src/core/config/policy';
import { FakeWorld, HOUR, HOURLY, failure } from './fakeAgent';

const MINUTE = 60_000;
const START = '2026-11-22T09:30:00Z';

describe('the agent', () => {
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
