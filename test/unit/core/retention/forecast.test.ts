import assert from 'node:assert/strict';
import fc from 'fast-check';
import { forecast, heldAt, present } from '../../../../src/core/retention/forecast';
import type { ExistingBackup } from '../../../../src/core/retention/forecast';
import type { RetentionPolicy } from '../../../../src/core/retention/policy';
import { slowForecast } from './slowForecast';

const FROM = new Date('2026-11-22T02:00:00Z');
const YEAR = new Date('2027-11-22T02:00:00Z');
const at = (text: string) => new Date(`${text}T12:00:00Z`);
const policyOf = (...schedules: string[]): RetentionPolicy => ({
  schedules: schedules.map((text) => {
    const [interval = '', count] = text.split('=');
    return { interval, count: Number(count) };
  }),
});
const madeOn = (backups: readonly { made: Date }[]) =>
  backups.map(({ made }) => made.toISOString().slice(0, 10));
const automated = (id: string, created: string, expires?: string): ExistingBackup => ({
  id,
  created,
  automated: true,
  ...(expires === undefined ? {} : { expires }),
});
const byHand = (id: string, created: string): ExistingBackup => ({ id, created, automated: false });

describe('which backups there will be', () => {
  it('one a day, the newest seven', () => {
    const all = forecast(policyOf('1d=7'), [], FROM, YEAR);
    assert.equal(all.length, 366);
    assert.deepEqual(madeOn(present(all, at('2027-03-03'))), [
      '2027-02-25',
      '2027-02-26',
      '2027-02-27',
      '2027-02-28',
      '2027-03-01',
      '2027-03-02',
      '2027-03-03',
    ]);
    assert.equal(all[0]?.why, '7 newer of 1d');
    assert.deepEqual(all[0].heldBy, ['1d']);
    assert.equal(all.at(-1)?.until, undefined);
    assert.equal(all.at(-1)?.why, undefined);
  });

  it('several schedules make one of fathers and grandfathers: the last of each week and month stays', () => {
    const all = forecast(policyOf('1d=3', '1w=2', '1M=3'), [], FROM, YEAR);
    const there = present(all, at('2027-03-03'));
    assert.deepEqual(madeOn(there), [
      '2027-01-31',
      '2027-02-28',
      '2027-03-01',
      '2027-03-02',
      '2027-03-03',
    ]);
    const [january, february, , , newest] = there;
    const then = at('2027-03-03');
    assert.deepEqual(january && heldAt(january, then), ['1M']);
    assert.deepEqual(february?.heldBy, ['1d', '1w', '1M'], 'the last of its day, week and month');
    assert.deepEqual(heldAt(february, then), ['1w', '1M']);
    assert.deepEqual(heldAt(february, at('2027-03-20')), ['1M']);
    // The newest is the week's and the month's so far, and gives way to the next.
    assert.deepEqual(newest && heldAt(newest, then), ['1d', '1w', '1M']);
    assert.deepEqual(newest?.heldBy, ['1d']);
  });

  it('what is there already counts, and goes at once where nothing holds it', () => {
    const existing = ['18', '19', '20', '21'].map((day) =>
      automated(day, `2026-11-${day}T03:00:00Z`),
    );
    const all = forecast(policyOf('1d=2'), existing, FROM, YEAR);
    const ends = all.slice(0, 4).map(({ until }) => until?.toISOString());
    assert.deepEqual(ends, [
      FROM.toISOString(),
      FROM.toISOString(),
      '2026-11-22T03:00:00.000Z',
      '2026-11-23T03:00:00.000Z',
    ]);
    assert.deepEqual(
      present(all, FROM).map(({ id }) => id),
      ['20', '21'],
    );
    assert.equal(
      all[4]?.made.toISOString(),
      '2026-11-22T03:00:00.000Z',
      'in the rhythm of the newest',
    );
  });

  it('the newest made by hand stay; all where no number is set; none where it is 0', () => {
    const existing = ['10', '11', '12'].map((day) => byHand(day, `2026-11-${day}T03:00:00Z`));
    const there = (manualCount?: number) => {
      const policy = { ...policyOf('1d=1'), ...(manualCount === undefined ? {} : { manualCount }) };
      return present(forecast(policy, existing, FROM, YEAR), at('2027-01-01'))
        .filter(({ existing: old }) => old)
        .map(({ id }) => id);
    };
    assert.deepEqual(there(2), ['11', '12']);
    assert.deepEqual(there(), ['10', '11', '12']);
    assert.deepEqual(there(0), []);
  });

  it('of more than the limit in all the oldest goes first, also one made by hand', () => {
    const policy = { ...policyOf('1d=3'), maxBackups: 4 };
    const all = forecast(
      policy,
      [byHand('old', '2026-11-01T00:00:00Z'), byHand('new', '2026-11-20T00:00:00Z')],
      FROM,
      YEAR,
    );
    const old = all.find(({ id }) => id === 'old');
    assert.equal(
      old?.until?.toISOString(),
      '2026-11-24T02:00:00.000Z',
      'the third daily one is the fifth in all',
    );
    assert.match(old.why ?? '', /more than 4 in all/);
    assert.equal(all.find(({ id }) => id === 'new')?.until, undefined);
  });

  it('an end that was set when it was made is not put off', () => {
    const existing = [automated('a', '2026-11-21T03:00:00Z', '2026-11-22T09:00:00Z')];
    const [a] = forecast(policyOf('1d=30'), existing, FROM, YEAR);
    assert.equal(a?.until?.toISOString(), '2026-11-22T09:00:00.000Z');
    assert.match(a.why ?? '', /own end/);
  });

  it('without a schedule none is made, and the automated ones have nothing that holds them', () => {
    const [a, ...others] = forecast(
      { schedules: [] },
      [automated('a', '2026-11-21T03:00:00Z')],
      FROM,
      YEAR,
    );
    assert.deepEqual(others, []);
    assert.equal(a?.until?.getTime(), FROM.getTime());
    assert.equal(a.why, 'no schedule holds it');
  });

  it('a schedule that can not be kept to makes nothing; the others do', () => {
    const all = forecast(policyOf('1m=3', '1d=0', '1d=1.5', '1w=2'), [], FROM, YEAR);
    assert.equal(all.length, 53);
    assert.deepEqual(all[0]?.heldBy, ['1w']);
  });

  it('months keep the 31st, leap years their day', () => {
    const from = new Date('2027-12-31T05:00:00Z');
    const all = forecast(policyOf('1M=99'), [], from, new Date('2028-05-01T00:00:00Z'));
    assert.deepEqual(madeOn(all), [
      '2027-12-31',
      '2028-01-31',
      '2028-02-29',
      '2028-03-31',
      '2028-04-30',
    ]);
  });

  it('is what the plain slow model says', () => {
    const time = fc.integer({ min: Date.parse('2026-01-01'), max: Date.parse('2026-12-31') });
    const schedule = fc.record({
      interval: fc
        .tuple(fc.integer({ min: 1, max: 9 }), fc.constantFrom('h', 'd', 'w', 'M', 'y'))
        .map(([number, unit]) => `${number}${unit}`),
      count: fc.integer({ min: 1, max: 5 }),
    });
    const policy = fc.record(
      {
        schedules: fc.uniqueArray(schedule, { maxLength: 4, selector: ({ interval }) => interval }),
        manualCount: fc.integer({ min: 0, max: 4 }),
        maxBackups: fc.integer({ min: 1, max: 8 }),
      },
      { requiredKeys: ['schedules'] },
    );
    const backups = fc.uniqueArray(
      fc.record({
        made: time,
        automated: fc.boolean(),
        lives: fc.option(fc.integer({ min: 1, max: 1e10 })),
      }),
      { maxLength: 12, selector: ({ made }) => made },
    );
    fc.assert(
      fc.property(
        policy,
        backups,
        time,
        fc.integer({ min: 0, max: 400 }),
        (given, made, from, hours) => {
          const existing = made.map((b, index) => ({
            id: String(index),
            created: new Date(b.made).toISOString(),
            automated: b.automated,
            ...(b.lives === null ? {} : { expires: new Date(b.made + b.lives).toISOString() }),
          }));
          const rhythm = given.schedules.some(({ interval }) => interval.endsWith('h')) ? 1 : 24;
          const until = from + hours * rhythm * 3_600_000;
          const fast = forecast(given, existing, new Date(from), new Date(until));
          const slow = slowForecast(given, existing, from, until);
          assert.deepEqual(
            fast.map((b) => [b.id, b.made.toISOString(), b.until?.toISOString()]),
            slow.map((b) => [b.id, iso(b.made), b.gone === undefined ? undefined : iso(b.gone)]),
          );
        },
      ),
      { numRuns: 150 },
    );
    // A slow model: a busy machine takes its time.
  }).timeout(60_000);

  it('whatever the policy, the newest is there, no more than the limit, and a larger count keeps no fewer', () => {
    const count = fc.integer({ min: 1, max: 30 });
    fc.assert(
      fc.property(
        count,
        count,
        count,
        fc.integer({ min: 0, max: 364 }),
        (daily, weekly, max, day) => {
          const date = new Date(FROM.getTime() + day * 86_400_000);
          const there = (d: number, cap: number) =>
            present(
              forecast({ ...policyOf(`1d=${d}`, `1w=${weekly}`), maxBackups: cap }, [], FROM, YEAR),
              date,
            );
          const some = there(daily, max);
          assert.ok(some.length <= max);
          assert.equal(some.at(-1)?.made.getTime(), date.getTime());
          const ids = new Set(there(daily + 1, max + 1).map(({ id }) => id));
          assert.ok(some.every(({ id }) => ids.has(id)));
        },
      ),
      { numRuns: 50 },
    );
  });

  it('a year of hours takes little time', () => {
    const policy = { ...policyOf('1h=720', '1d=365', '1M=12'), maxBackups: 500 };
    forecast(policy, [], FROM, YEAR);
    const started = process.cpuUsage();
    const all = forecast(policy, [], FROM, YEAR);
    const { user, system } = process.cpuUsage(started);
    assert.equal(all.length, 8761);
    const took = (user + system) / 1000;
    assert.ok(took < 500, `${took} ms of the processor`);
  });
});

const iso = (time: number) => new Date(time).toISOString();
