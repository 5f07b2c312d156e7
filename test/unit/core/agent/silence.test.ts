import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { FakeWorld, HOUR, HOURLY, failure, madeAt } from './fakeAgent';

const MINUTE = 60_000;
const START = '2026-11-22T09:30:00Z';

/** How many signals were made of one that does not forget them. */
function dependants(signal: AbortSignal): number {
  const symbol = Object.getOwnPropertySymbols(signal).find(
    ({ description }) => description === 'kDependantSignals',
  );
  const made = symbol && (signal as unknown as Record<symbol, Set<unknown> | undefined>)[symbol];
  return made?.size ?? 0;
}

describe('what the agent runs', () => {
  let world: FakeWorld;
  let free: (() => void)[];

  beforeEach(() => {
    free = [];
    world = new FakeWorld(START, { slots: 1 });
    world.add('one', HOURLY);
    world.add('two', HOURLY);
  });
  afterEach(async () => {
    for (const end of free) end();
    world.halt();
    await world.clock.advance(10 * MINUTE);
    await world.ended;
  });

  /** Has the first backups of "one" do something else. */
  function instead(run: (heard: () => void, signal: AbortSignal) => Promise<void>): string[] {
    const began: string[] = [];
    const backUp = world.work.backUp.bind(world.work);
    world.work.backUp = async (cluster, options, signal) => {
      if (cluster.name !== 'one') return backUp(cluster, options, signal);
      began.push(world.clock.now().toISOString().slice(11, 16));
      await run(options.heard ?? (() => undefined), signal);
      return backUp(cluster, options, signal);
    };
    return began;
  }

  it('is given up when it hangs and does not even end, gives its place back, and is left alone until it has ended', async () => {
    const began = instead(() => new Promise((resolve) => free.push(resolve)));
    await world.start();
    await world.clock.advance(14 * MINUTE);
    assert.deepEqual([world.made('two'), world.notices], [[], []]);
    await world.clock.advance(4 * MINUTE);
    assert.deepEqual(world.made('two'), ['11-22T09:47:00']);
    const [told] = world.notices;
    assert.deepEqual([told?.kind, told?.error?.code], ['failed', 'agent.runSilent']);
    assert.match(told?.text ?? '', /"one" showed no progress for 15 minutes/);
    assert.equal(world.state('one').lastError?.code, 'agent.runSilent');
    await world.clock.runTo('2026-11-22T11:30:00Z');
    assert.deepEqual(began, ['09:30']);
    assert.equal(world.made('two').length, 3);
    world.work.backUp = (cluster, { since }) => {
      const backup = madeAt(world.clock.now());
      world.backups.set(cluster.name, [...world.of(cluster.name), backup]);
      world.moments.push(since.toISOString());
      return Promise.resolve({ id: backup.id });
    };
    free.pop()?.();
    await world.clock.advance(2 * HOUR);
    assert.ok(world.made('one').length >= 2, 'it goes on');
    assert.equal(world.notices.at(-1)?.kind, 'recovered');
  });

  it('gives its place back at once where it ends as it is cancelled', async () => {
    instead(
      (_, signal) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(failure('core.cancelled', 'cancelled'))),
        ),
    );
    await world.start();
    await world.clock.advance(15 * MINUTE);
    assert.deepEqual(world.made('two'), ['11-22T09:45:00']);
    assert.equal(world.notices[0]?.error?.code, 'agent.runSilent');
  });

  it('is let go on for as long as it shows that it does', async () => {
    instead(async (heard, signal) => {
      for (let times = 0; times < 5; times += 1) {
        await world.clock.wait(14 * MINUTE, signal);
        heard();
      }
    });
    await world.start();
    await world.clock.runTo('2026-11-22T10:41:00Z');
    assert.equal(world.made('one').length, 1);
    assert.ok(!world.notices.some(({ kind }) => kind === 'failed'));
  });

  it('may be silent while a hook before it runs, and while the machine sleeps', async () => {
    const backUp = world.work.backUp.bind(world.work);
    world.work.backUp = async (cluster, options, signal) => {
      const made = await backUp(cluster, options, signal);
      await world.clock.wait(10 * MINUTE, signal);
      return made;
    };
    world.hookTakes = 40 * MINUTE;
    await world.start();
    await world.clock.advance(45 * MINUTE);
    await world.clock.jump(24 * HOUR);
    await world.clock.advance(2 * HOUR);
    assert.ok(world.made('one').length > 0 && world.made('two').length > 0);
    assert.ok(!world.notices.some(({ kind }) => kind === 'failed'));
  });

  it('is given up as a check, too, without holding up the cluster’s backups or the checks of others', async () => {
    const checked: string[] = [];
    const check = world.work.check.bind(world.work);
    world.work.check = (cluster, ...rest) => {
      checked.push(cluster.name);
      if (cluster.name !== 'three') return check(cluster, ...rest);
      return new Promise((resolve) => free.push(() => resolve(undefined)));
    };
    // The oldest is checked first.
    const old = (days: number) => ({ ...madeAt(world.clock.now()), checked: -days * 24 * HOUR });
    const verified = { ...HOURLY, verify: { every: '2h' } };
    world.add('three', verified, [old(2)]);
    world.add('four', verified, [old(1)]);
    await world.start();
    await world.clock.advance(14 * MINUTE);
    assert.deepEqual(checked, ['three']);
    await world.clock.advance(5 * MINUTE);
    assert.deepEqual(checked, ['three', 'four']);
    const told = world.notices.find(({ cluster }) => cluster === 'three');
    assert.deepEqual([told?.kind, told?.error?.code], ['checkFailed', 'agent.runSilent']);
    await world.clock.advance(3 * HOUR);
    assert.equal(checked.filter((name) => name === 'three').length, 1, 'it has not ended yet');
    assert.ok(world.made('three').length >= 3);
  });

  it('has a signal of its own each time, and the agent’s own keeps nothing of it', async () => {
    const signals: AbortSignal[] = [];
    const kept: AbortSignal[] = [];
    /** As the operations do under a lock. */
    const note = (signal: AbortSignal) => {
      signals.push(signal);
      kept.push(AbortSignal.any([signal, new AbortController().signal]));
    };
    const { work } = world;
    const [backUp, prune, check] = [
      work.backUp.bind(work),
      work.prune.bind(work),
      work.check.bind(work),
    ];
    world.work.backUp = (cluster, options, signal) => {
      note(signal);
      return backUp(cluster, options, signal);
    };
    world.work.prune = (cluster, signal) => {
      note(signal);
      return prune(cluster, signal);
    };
    world.work.check = (cluster, id, signal, heard) => {
      note(signal);
      return check(cluster, id, signal, heard);
    };
    world.afterHook = note;
    world.add('three', { ...HOURLY, verify: { every: '2h' } });
    await world.start();
    await world.clock.advance(2 * HOUR);
    const { signal } = world.stop;
    const listeners = () => getEventListeners(signal, 'abort').length;
    const before = { runs: signals.length, listeners: listeners() };
    await world.clock.advance(24 * HOUR);
    assert.ok(signals.length > before.runs + 100, `${signals.length} were handed out`);
    assert.equal(new Set(signals).size, signals.length, 'none is handed out twice');
    assert.ok(!signals.includes(signal));
    assert.deepEqual([listeners(), dependants(signal)], [before.listeners, 0]);
    assert.ok(kept.every((one) => !one.aborted));
  });
});
