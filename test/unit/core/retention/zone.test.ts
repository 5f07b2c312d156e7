import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  bucketOf,
  nextBucket,
  parseInterval,
  startOfBucket,
} from '../../../../src/core/retention/interval';
import type { Interval } from '../../../../src/core/retention/interval';
import { wallOf } from '../../../../src/core/retention/zone';
import { moments, ZONES } from './policies';

const interval = (text: string): Interval => {
  const parsed = parseInterval(text, 'vault');
  assert.ok(parsed, text);
  return parsed;
};
const iso = (time: number) => new Date(time).toISOString().replace('.000Z', 'Z');
const start = (time: string, text: string, zone: string, after?: number) =>
  iso(startOfBucket(Date.parse(time), interval(text), zone, after));
const next = (time: string, text: string, zone: string, after?: number) =>
  iso(nextBucket(Date.parse(time), interval(text), zone, after));
const AT_HALF_PAST_TWO = 2.5 * 3_600_000;

describe('the calendar of a time zone', () => {
  it('a day has 23, 24 or 25 hours, from midnight on the wall to the next', () => {
    assert.equal(start('2026-03-29T12:00:00Z', '1d', 'Europe/Berlin'), '2026-03-28T23:00:00Z');
    assert.equal(next('2026-03-29T12:00:00Z', '1d', 'Europe/Berlin'), '2026-03-29T22:00:00Z');
    assert.equal(start('2026-10-25T12:00:00Z', '1d', 'Europe/Berlin'), '2026-10-24T22:00:00Z');
    assert.equal(next('2026-10-25T12:00:00Z', '1d', 'Europe/Berlin'), '2026-10-25T23:00:00Z');
    assert.equal(start('2026-11-22T12:00:00Z', '1d', 'Asia/Kolkata'), '2026-11-21T18:30:00Z');
  });

  it('a time of day that the clock leaves out is when it leaps, one shown twice the first', () => {
    const berlin = (day: string) =>
      start(`${day}T12:00:00Z`, '1d', 'Europe/Berlin', AT_HALF_PAST_TWO);
    assert.equal(berlin('2026-03-29'), '2026-03-29T01:00:00Z');
    assert.equal(berlin('2026-10-25'), '2026-10-25T00:30:00Z');
  });

  it('a day may begin at one o’clock, be left out, or be begun twice', () => {
    // Asunción put its clocks forward at midnight.
    const asuncion = 'America/Asuncion';
    assert.equal(start('2023-10-01T12:00:00Z', '1d', asuncion), '2023-10-01T04:00:00Z');
    assert.equal(iso(wallOf(Date.parse('2023-10-01T04:00:00Z'), asuncion)), '2023-10-01T01:00:00Z');
    // Samoa had no 30 December 2011.
    assert.equal(next('2011-12-30T09:00:00Z', '1d', 'Pacific/Apia'), '2011-12-30T10:00:00Z');
    assert.equal(next('2011-12-30T10:00:00Z', '1d', 'Pacific/Apia'), '2011-12-31T10:00:00Z');
    // In St. John's it was one past midnight as the clock went back to one past eleven.
    const johns = 'America/St_Johns';
    const midnight = '2009-11-01T02:30:00Z';
    assert.equal(start('2009-11-01T02:45:00Z', '1d', johns), midnight);
    assert.equal(start('2009-11-01T12:00:00Z', '1d', johns), midnight);
    assert.equal(next('2009-11-01T02:29:00Z', '1d', johns), midnight);
    // Kwajalein crossed the date line at midnight and had 30 September 1969 nearly twice.
    const kwajalein = 'Pacific/Kwajalein';
    assert.equal(next('1969-09-30T12:00:00Z', '1d', kwajalein), '1969-10-01T12:00:00Z');
    const shown = wallOf(Date.parse('1969-10-01T00:30:00Z'), kwajalein);
    assert.equal(iso(shown), '1969-09-30T23:59:59.999Z');
  });

  it('weeks begin on Monday, months and years on the first, several are counted from one beginning', () => {
    const zone = 'Europe/Berlin';
    assert.equal(start('2026-11-22T12:00:00Z', '1w', zone), '2026-11-15T23:00:00Z');
    assert.equal(next('2026-11-22T12:00:00Z', '2w', zone), '2026-11-29T23:00:00Z');
    assert.equal(next('2026-11-30T12:00:00Z', '2w', zone), '2026-12-13T23:00:00Z');
    assert.equal(next('2028-02-10T12:00:00Z', '1M', zone), '2028-02-29T23:00:00Z');
    assert.equal(start('2026-08-10T12:00:00Z', '3M', zone), '2026-06-30T22:00:00Z');
    assert.equal(next('2028-02-10T12:00:00Z', '1y', zone), '2028-12-31T23:00:00Z');
  });

  it('hours, minutes and seconds go by UTC', () => {
    assert.equal(start('2026-11-22T12:40:00Z', '1h', 'Asia/Kolkata'), '2026-11-22T12:00:00Z');
    assert.equal(next('2026-11-22T12:40:30Z', '30s', 'Asia/Kolkata'), '2026-11-22T12:41:00Z');
  });

  it('intervals follow each other without a gap, and the wall clock is the one that Intl writes', () => {
    const rhythms = fc
      .tuple(fc.integer({ min: 1, max: 5 }), fc.constantFrom('s', 'm', 'h', 'd', 'w', 'M', 'y'))
      .map(([number, unit]) => interval(`${number}${unit}`));
    const run = (time: number, rhythm: Interval, zone: string) => {
      const [from, to] = [startOfBucket(time, rhythm, zone), nextBucket(time, rhythm, zone)];
      assert.ok(from <= time && time < to);
      assert.equal(bucketOf(from, rhythm, zone), bucketOf(time, rhythm, zone));
      assert.equal(bucketOf(to - 1, rhythm, zone), bucketOf(time, rhythm, zone));
      assert.ok(bucketOf(from - 1, rhythm, zone) < bucketOf(time, rhythm, zone));
      assert.ok(bucketOf(to, rhythm, zone) > bucketOf(time, rhythm, zone));
      const written = new Intl.DateTimeFormat('sv-SE', {
        timeZone: zone,
        dateStyle: 'short',
        timeStyle: 'medium',
      }).format(time);
      const shown = Date.parse(`${written.replace(' ', 'T')}Z`) + (time % 1000);
      // Never earlier, and later only where the clock was put back less than an hour ago.
      const wall = wallOf(time, zone);
      assert.ok(wall === shown || (wall > shown && wall - shown <= 3_600_000), written);
    };
    fc.assert(fc.property(moments, rhythms, fc.constantFrom(...ZONES), run), { numRuns: 500 });
  });

  it('a zone that there is not is refused', () => {
    assert.throws(() => bucketOf(0, interval('1d'), 'Europe/Nowhere'), RangeError);
  });
});
