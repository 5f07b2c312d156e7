import assert from 'node:assert/strict';
import fc from 'fast-check';
import { dueOf } from '../../../../src/core/schedule/planned';
import { FakeWorld, failure } from './fakeAgent';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const interval = fc.constantFrom('30m', '1h', '3h', '1d');
const jitter = fc.constantFrom(undefined, '5m', '2h');
const steps = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('pass' as const),
        by: fc.integer({ min: 0, max: 30 * HOUR }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('ahead' as const),
        by: fc.integer({ min: 0, max: 90 * HOUR }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('back' as const),
        by: fc.integer({ min: 0, max: 90 * HOUR }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('back' as const),
        by: fc.integer({ min: 0, max: 10 * MINUTE }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('fail' as const),
        by: fc.integer({ min: 1, max: 3 }),
      }),
    },
  ),
  { minLength: 1, maxLength: 25 },
);

describe('the agent, wherever the clock walks', () => {
  it('makes one backup for each planned moment that it lives through, and none twice', async () => {
    await fc.assert(
      fc.asyncProperty(
        interval,
        jitter,
        fc.integer({ min: 0, max: 9 * MINUTE }),
        steps,
        async (every, spread, takes, walk) => {
          const world = new FakeWorld('2026-03-20T09:30:00Z');
          const policy = {
            schedules: [{ interval: every, count: 3 }],
            timeZone: 'Europe/Berlin',
            retries: 20,
            ...(spread === undefined ? {} : { jitter: spread }),
          };
          world.add('one', policy);
          world.takes = takes;
          await world.start();
          for (const { kind, by } of walk) {
            if (kind === 'fail') {
              if (world.fails.backUp.length > 10) continue;
              world.fails.backUp.push(...Array.from({ length: by }, () => failure('test.broken')));
            } else if (kind === 'pass') {
              await passes(world, by);
            } else {
              await world.clock.jump(kind === 'ahead' ? by : -by);
            }
          }
          for (const [at, moment] of world.moments.entries()) {
            assert.notEqual(moment, world.moments[at - 1], `two for ${moment}`);
          }
          // Nothing fails any more: what failed is tried again within the hour, and what was due is made.
          world.fails.backUp.splice(0);
          await world.clock.advance(65 * MINUTE);
          const due = dueOf(policy, 'vault/one', world.of(), world.clock.now());
          const isServed = world.moments.at(-1) === due?.since.toISOString();
          const isYoung = world.clock.now().getTime() - Number(due?.since) < 20 * MINUTE;
          assert(
            due?.due === false || isServed || isYoung,
            `none for ${String(due?.since.toISOString())}`,
          );
          world.halt();
          await world.clock.advance(2 * MINUTE);
          await world.ended;
        },
      ),
      { numRuns: 150 },
    );
    // Each walk has hundreds of turns: a busy machine takes longer.
  }).timeout(60_000);

  /** While time passes as it should and nothing fails, each moment has its backup. */
  async function passes(world: FakeWorld, by: number): Promise<void> {
    await world.clock.advance(Math.min(by, 30 * MINUTE));
    const isFailing = world.fails.backUp.length > 0;
    const from = world.clock.now();
    const [cluster] = world.clusters;
    assert(cluster);
    const wanted: string[] = [];
    const there = new Set(world.of().map(({ created }) => created));
    await world.clock.advance(Math.max(0, by - 30 * MINUTE));
    const last = world.clock.now().getTime() - 10 * MINUTE;
    for (let now = from; ;) {
      const next = dueOf(cluster.policy, cluster.key, [], now)?.next;
      if (next === undefined || next.getTime() > last) break;
      wanted.push(next.toISOString());
      now = next;
    }
    if (isFailing) return;
    const without = wanted.filter(
      (moment) => !world.moments.includes(moment) && !isCovered(moment, there, cluster.policy),
    );
    assert.deepEqual(without, []);
  }

  /** A backup that was made under a clock that was ahead, and whose time has come, is that moment's. */
  function isCovered(
    moment: string,
    there: ReadonlySet<number>,
    policy: Parameters<typeof dueOf>[0],
  ): boolean {
    const since = Date.parse(moment);
    const next = dueOf(policy, 'vault/one', [], new Date(since))?.next.getTime() ?? NaN;
    return [...there].some((created) => created >= since && created < next);
  }
});
