import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  addInterval,
  bucketOf,
  compareIntervals,
  intervalProblem,
  intervalWords,
  parseInterval,
  rhythmText,
} from '../../../../src/core/retention/interval';
import type { Interval, IntervalUnit } from '../../../../src/core/retention/interval';

const interval = (text: string): Interval => {
  const parsed = parseInterval(text);
  assert.ok(parsed, text);
  return parsed;
};
const later = (from: string, text: string, times?: number) =>
  addInterval(new Date(from), interval(text), times).toISOString().replace('.000Z', 'Z');

describe('an interval of a schedule', () => {
  it('is a whole number and a unit, and nothing else', () => {
    assert.deepEqual(parseInterval('2h'), { number: 2, unit: 'h' });
    assert.deepEqual(parseInterval('12M'), { number: 12, unit: 'M' });
    const wrong = [
      '',
      '1',
      'd',
      '0d',
      '01d',
      '-1d',
      '1.5d',
      '1D',
      '1m',
      '1s',
      ' 1d',
      '1d ',
      '1d2h',
      '10000h',
      '१d',
    ];
    for (const text of wrong) {
      assert.equal(parseInterval(text), undefined, text);
      assert.match(intervalProblem(text) ?? '', /\.$/, text);
    }
  });

  it('is right where it is parsed, and only there', () => {
    const near = fc.oneof(
      fc.string(),
      fc.stringMatching(/^\d{0,5}[hdwMymsDHWY ]?$/),
      fc
        .tuple(fc.integer({ min: -2, max: 12000 }), fc.constantFrom('h', 'd', 'w', 'M', 'y'))
        .map(([n, u]) => `${n}${u}`),
    );
    fc.assert(
      fc.property(near, (text) => {
        assert.equal(intervalProblem(text) === undefined, parseInterval(text) !== undefined);
      }),
    );
  });

  it('what is wrong is said with what would be right', () => {
    assert.match(intervalProblem('1m') ?? '', /capital M/);
    assert.match(intervalProblem('1D') ?? '', /small d/);
    assert.match(intervalProblem('7') ?? '', /unit follows/);
    assert.match(intervalProblem('0w') ?? '', /1 or more/);
  });

  it('is told in words', () => {
    assert.equal(intervalWords(interval('1d')), 'every day');
    assert.equal(intervalWords(interval('6h')), 'every 6 hours');
    assert.equal(intervalWords(interval('3M')), 'every 3 months');
    assert.equal(rhythmText('5s'), 'every 5 seconds');
    assert.equal(rhythmText('hourly'), 'hourly');
  });

  it('months have their own length and give the day back that a short one took', () => {
    assert.equal(later('2026-01-31T10:30:00Z', '1M'), '2026-02-28T10:30:00Z');
    assert.equal(later('2026-01-31T10:30:00Z', '1M', 2), '2026-03-31T10:30:00Z');
    assert.equal(later('2026-01-31T10:30:00Z', '1M', 3), '2026-04-30T10:30:00Z');
    assert.equal(later('2026-10-31T00:00:00Z', '4M'), '2027-02-28T00:00:00Z');
    assert.equal(later('2026-03-31T00:00:00Z', '1M', -1), '2026-02-28T00:00:00Z');
  });

  it('leap years have their day, centuries mostly not', () => {
    assert.equal(later('2028-01-31T00:00:00Z', '1M'), '2028-02-29T00:00:00Z');
    assert.equal(later('2028-02-29T00:00:00Z', '1y'), '2029-02-28T00:00:00Z');
    assert.equal(later('2028-02-29T00:00:00Z', '1y', 4), '2032-02-29T00:00:00Z');
    assert.equal(later('2096-02-29T00:00:00Z', '1y', 4), '2100-02-28T00:00:00Z');
    assert.equal(later('2028-02-28T12:00:00Z', '1d'), '2028-02-29T12:00:00Z');
  });

  it('hours, days and weeks have one length: a day of UTC has 24 hours', () => {
    assert.equal(later('2026-03-29T00:30:00Z', '1d'), '2026-03-30T00:30:00Z');
    assert.equal(later('2026-10-25T00:30:00Z', '24h'), '2026-10-26T00:30:00Z');
    assert.equal(later('2026-12-28T00:00:00Z', '1w'), '2027-01-04T00:00:00Z');
  });

  it('a step further always lies in the next interval of the calendar', () => {
    const unit = fc.constantFrom<IntervalUnit>('h', 'd', 'w', 'M', 'y');
    const number = fc.integer({ min: 1, max: 40 });
    const date = fc.date({
      min: new Date('1950-01-01'),
      max: new Date('2150-01-01'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(date, unit, number, fc.integer({ min: 0, max: 60 }), (from, u, n, times) => {
        const rhythm = { number: n, unit: u };
        const first = bucketOf(from.getTime(), rhythm);
        assert.equal(bucketOf(addInterval(from, rhythm, times).getTime(), rhythm), first + times);
      }),
    );
  });

  it('the calendar is cut on the hour, at midnight, on Mondays, on the first', () => {
    const same = (text: string, a: string, b: string) =>
      bucketOf(Date.parse(a), interval(text)) === bucketOf(Date.parse(b), interval(text));
    assert.ok(same('1d', '2026-11-22T00:00:00Z', '2026-11-22T23:59:59Z'));
    assert.ok(!same('1d', '2026-11-22T23:59:59Z', '2026-11-23T00:00:00Z'));
    // 22 November 2026 is a Sunday.
    assert.ok(same('1w', '2026-11-16T00:00:00Z', '2026-11-22T23:59:59Z'));
    assert.ok(!same('1w', '2026-11-22T23:59:59Z', '2026-11-23T00:00:00Z'));
    assert.ok(!same('1M', '2026-11-30T23:59:59Z', '2026-12-01T00:00:00Z'));
    assert.ok(same('3M', '2026-10-01T00:00:00Z', '2026-12-31T23:59:59Z'));
    assert.ok(!same('1y', '2026-12-31T23:59:59Z', '2027-01-01T00:00:00Z'));
  });

  it('is compared by its length', () => {
    const sorted = ['1y', '1d', '25h', '4w', '1M', '30d', '2h', '12M'].sort((a, b) =>
      compareIntervals(interval(a), interval(b)),
    );
    assert.deepEqual(sorted, ['2h', '1d', '25h', '4w', '30d', '1M', '1y', '12M']);
  });
});
