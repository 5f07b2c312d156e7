import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { PolicyBackup } from '../../../../src/core/policy/policyBackup';
import { dueOf } from '../../../../src/core/schedule/planned';
import type { Rhythm } from '../../../../src/core/schedule/planned';

const made = (created: string, more: Partial<PolicyBackup> = {}): PolicyBackup => ({
  id: created,
  created: Date.parse(created),
  scheduled: true,
  pinned: false,
  check: 'ok',
  missing: false,
  bytes: 1,
  alike: '',
  ...more,
});
const rhythm = (interval: string, more: Partial<Rhythm> = {}): Rhythm => ({
  schedules: [{ interval, count: 3 }],
  ...more,
});
function due(of: Rhythm, now: string, ...backups: PolicyBackup[]) {
  const found = dueOf(of, 'vault/cluster', backups, new Date(now));
  assert(found);
  return found;
}
/** The planned moments from a time on, one after the other. */
function moments(of: Rhythm, from: string, count: number, key = 'key'): string[] {
  const found: string[] = [];
  for (let now = new Date(from); found.length < count;) {
    now = dueOf(of, key, [], now)?.next ?? new Date(NaN);
    found.push(now.toISOString().slice(0, 16));
  }
  return found;
}

describe('when a backup is due', () => {
  it('never, where no schedule makes any', () => {
    assert.equal(dueOf({}, 'key', [], new Date()), undefined);
    assert.equal(dueOf({ schedules: [] }, 'key', [], new Date()), undefined);
  });

  it('at the beginning of each interval of the finest schedule, also after seconds and minutes', () => {
    const of: Rhythm = {
      schedules: [
        { interval: '1d', count: 7 },
        { interval: '2h', count: 3 },
        { interval: '1M', count: 3 },
      ],
    };
    assert.equal(due(of, '2026-11-22T02:00:00Z').schedule, '2h');
    assert.deepEqual(moments(of, '2026-11-22T21:00:00Z', 3), [
      '2026-11-22T22:00',
      '2026-11-23T00:00',
      '2026-11-23T02:00',
    ]);
    assert.deepEqual(moments(rhythm('90m'), '1970-01-01T00:00:00Z', 2), [
      '1970-01-01T01:30',
      '1970-01-01T03:00',
    ]);
    assert.equal(
      due(rhythm('10s'), '2026-11-22T21:00:09.999Z').next.toISOString(),
      '2026-11-22T21:00:10.000Z',
    );
  });

  it('weeks begin on Monday, months and years on their first, at the time that was asked for', () => {
    assert.deepEqual(moments(rhythm('1w', { at: '02:30' }), '2026-11-22T00:00:00Z', 2), [
      '2026-11-23T02:30',
      '2026-11-30T02:30',
    ]);
    assert.deepEqual(moments(rhythm('1M', { at: '02:30' }), '2028-01-31T12:00:00Z', 3), [
      '2028-02-01T02:30',
      '2028-03-01T02:30',
      '2028-04-01T02:30',
    ]);
    assert.deepEqual(moments(rhythm('1y'), '2026-11-22T00:00:00Z', 2), [
      '2027-01-01T00:00',
      '2028-01-01T00:00',
    ]);
  });

  it('once in what was missed, and not where one was begun since', () => {
    const of = rhythm('1d', { at: '02:00' });
    const before = made('2026-11-18T02:00:00.000Z');
    assert.equal(due(of, '2026-11-19T01:59:59.999Z', before).due, false);
    const late = due(of, '2026-11-22T09:00:00Z', before);
    assert.equal(late.due, true);
    assert.equal(late.since.toISOString(), '2026-11-22T02:00:00.000Z');
    assert.equal(due(of, '2026-11-22T09:00:01Z', before, made('2026-11-22T09:00:00Z')).due, false);
    assert.equal(due(of, '2026-11-22T02:00:00Z', made('2026-11-22T02:00:00.000Z')).due, false);
  });

  it('also where one was made by hand, and where one is dated after now', () => {
    const of = rhythm('1h');
    const now = '2026-11-22T09:30:00Z';
    assert.equal(due(of, now, made('2026-11-22T09:10:00Z', { scheduled: false })).due, true);
    assert.equal(due(of, now, made('2026-11-22T09:30:00.001Z')).due, true);
    assert.equal(due(of, now, made('2029-01-01T00:00:00Z')).missedSince, undefined);
  });

  it('it is missed a quarter of the interval later, an hour at most, counted from the first one', () => {
    const daily = rhythm('1d', { at: '02:00' });
    const last = made('2026-11-18T15:00:00Z');
    assert.equal(due(daily, '2026-11-19T02:59:59Z', last).missedSince, undefined);
    for (const now of ['2026-11-19T03:00:00Z', '2026-11-22T03:00:00Z']) {
      assert.equal(due(daily, now, last).missedSince?.toISOString(), '2026-11-19T02:00:00.000Z');
    }
    const short = rhythm('20s');
    const begun = made('2026-11-22T09:00:01Z');
    assert.equal(due(short, '2026-11-22T09:00:24.999Z', begun).missedSince, undefined);
    assert.notEqual(due(short, '2026-11-22T09:00:25Z', begun).missedSince, undefined);
  });
});

describe('when a backup is due: time zones', () => {
  const berlin = (at: string, interval = '1d') =>
    rhythm(interval, { at, timeZone: 'Europe/Berlin' });

  it('at the same time of the wall’s clock, winter and summer', () => {
    assert.deepEqual(moments(berlin('04:00'), '2026-03-27T12:00:00Z', 3), [
      '2026-03-28T03:00',
      '2026-03-29T02:00',
      '2026-03-30T02:00',
    ]);
    assert.deepEqual(moments(berlin('00:00', '1M'), '2026-02-15T00:00:00Z', 3), [
      '2026-02-28T23:00',
      '2026-03-31T22:00',
      '2026-04-30T22:00',
    ]);
  });

  it('a time that the clock leaps over comes as much later; one that it shows twice, the first time', () => {
    assert.deepEqual(moments(berlin('02:30'), '2026-03-28T12:00:00Z', 2), [
      '2026-03-29T01:30',
      '2026-03-30T00:30',
    ]);
    assert.deepEqual(moments(berlin('02:30'), '2026-10-24T12:00:00Z', 2), [
      '2026-10-25T00:30',
      '2026-10-26T01:30',
    ]);
    // In Beirut the clock leaps from midnight to one o'clock.
    const beirut = rhythm('1d', { timeZone: 'Asia/Beirut' });
    assert.deepEqual(moments(beirut, '2026-03-28T12:00:00Z', 2), [
      '2026-03-28T22:00',
      '2026-03-29T21:00',
    ]);
  });

  it('hours and less go by UTC, whatever the zone', () => {
    const of = rhythm('1h', { timeZone: 'Asia/Kolkata', at: '02:30' });
    assert.deepEqual(moments(of, '2026-03-28T12:10:00Z', 1), ['2026-03-28T13:00']);
  });

  it('the last moment is before now and the next after it, in any zone and at any time', () => {
    const zones = [
      'UTC',
      'Europe/Berlin',
      'America/New_York',
      'Asia/Kolkata',
      'Australia/Lord_Howe',
    ];
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1990-01-01'), max: new Date('2060-01-01'), noInvalidDate: true }),
        fc.constantFrom(...zones),
        fc.constantFrom('7s', '5m', '3h', '1d', '3d', '1w', '1M', '5M', '1y'),
        fc.constantFrom('00:00', '02:30', '23:59'),
        fc.constantFrom(undefined, '4s', '10m', '3h', '2d'),
        (now, timeZone, interval, at, jitter) => {
          const of = rhythm(interval, {
            timeZone,
            at,
            ...(jitter === undefined ? {} : { jitter }),
          });
          const { since, next } = dueOf(of, 'key', [], now) ?? assert.fail();
          assert(since <= now && now < next);
          // No moment lies between them: asked at either end the same comes out.
          assert.deepEqual(dueOf(of, 'key', [], since)?.next, next);
          assert.deepEqual(dueOf(of, 'key', [], new Date(next.getTime() - 1))?.since, since);
          assert.deepEqual(dueOf(of, 'key', [], next)?.since, next);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('when a backup is due: jitter', () => {
  const of = rhythm('1d', { at: '02:00', jitter: '30m' });

  it('is the same each time for a cluster and a moment, another for other ones, and spread evenly', () => {
    const days = moments(of, '2026-01-01T12:00:00Z', 365);
    assert.deepEqual(moments(of, '2026-01-01T12:00:00Z', 365), days);
    const minutes = days.map((text) => Number(text.slice(14)));
    assert(days.every((text) => text.slice(11, 13) === '02'));
    for (const third of [0, 10, 20]) {
      const share = minutes.filter((minute) => minute >= third && minute < third + 10).length;
      assert(share > 85 && share < 160, `${share} of 365 from minute ${third}`);
    }
    const clusters = Array.from({ length: 50 }, (_, n) =>
      moments(of, '2026-01-01T12:00:00Z', 1, `${n}`),
    );
    assert(new Set(clusters.flat()).size > 15);
  });

  it('never leaves the interval', () => {
    const late = rhythm('1d', { at: '23:00', jitter: '12h' });
    const days = moments(late, '2026-01-01T12:00:00Z', 60);
    assert(
      days.every((text) => text.slice(11, 13) === '23'),
      days.join(' '),
    );
    assert.deepEqual(moments(rhythm('1s', { jitter: '1h' }), '2026-01-01T12:00:00Z', 1), [
      '2026-01-01T12:00',
    ]);
  });
});
