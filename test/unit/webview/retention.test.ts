import assert from 'node:assert/strict';
import { forecast } from '../../../src/core/retention/forecast';
import type { RetentionPolicy } from '../../../src/core/retention/policy';
import { dateRows } from '../../../src/webview/shared/forecast/dateTable';
import {
  draftOf,
  isUnchanged,
  policyOf,
  problemsOf,
  warningsOf,
} from '../../../src/webview/retention/draft';
import { keysOf, withRow } from '../../../src/webview/shared/draftRows';
import type { Draft } from '../../../src/webview/retention/draft';
import { SPANS, lanesOf, stretchOf, ticksOf } from '../../../src/webview/shared/forecast/timeline';
import type { Span } from '../../../src/webview/shared/forecast/timeline';
import { activity } from '../../../src/webview/retention/words';
import {
  dateText,
  drawingText,
  laneTitle,
  policyText,
  summary,
} from '../../../src/webview/shared/forecast/words';
import { shownRetention } from '../../support/retentionSettings';

const DAY = 86_400_000;
const policy: RetentionPolicy = {
  schedules: [
    { interval: '1d', count: 7 },
    { interval: '1M', count: 3 },
  ],
  manualCount: 2,
  maxBackups: 20,
};
const from = new Date('2026-05-03T10:00:00Z');
const span = (id: Span['id']): Span => SPANS.find((one) => one.id === id) as Span;
const year = stretchOf(from, span('year'));

describe('the fields of a retention policy', () => {
  const changed = (change: (draft: Draft) => void): Draft => {
    const draft = draftOf(policy);
    change(draft);
    return draft;
  };
  const problems = (change: (draft: Draft) => void) => problemsOf(changed(change), policy);

  it('say what holds, and are a policy again', () => {
    const draft = draftOf(policy);
    assert.deepEqual(
      draft.rows.map(({ every, unit, kept }) => [every, unit, kept]),
      [
        ['1', 'd', '7'],
        ['1', 'M', '3'],
      ],
    );
    assert.deepEqual(policyOf(draft, policy), policy);
    assert.ok(isUnchanged(draft, policy));
    assert.deepEqual(problemsOf(draft, policy), {});
  });

  it('are told apart from what holds, and are the same again when it is typed back', () => {
    const draft = changed((d) => (d.max = '21'));
    assert.ok(!isUnchanged(draft, policy));
    draft.max = '20';
    assert.ok(isUnchanged(draft, policy));
  });

  it('are wrong with the reason in words, each beside its own field', () => {
    const row = (index: number, change: Partial<Draft['rows'][number]>) => (d: Draft) =>
      Object.assign(d.rows[index] ?? {}, change);
    const cases: [(draft: Draft) => void, string, RegExp][] = [
      [row(0, { every: '' }), 'every-0', /number is missing/],
      [row(0, { every: 'x' }), 'every-0', /Digits only/],
      [row(0, { every: '0' }), 'every-0', /1 or more/],
      [row(1, { unit: 'd' }), 'every-1', /1d is there twice/],
      [row(1, { kept: '0' }), 'kept-1', /whole number, 1 or more/],
      [row(1, { kept: '-1' }), 'kept-1', /no sign/],
      [row(1, { kept: '1.5' }), 'kept-1', /whole number/],
      [(d) => (d.manual = ''), 'manual', /number is missing/],
      [(d) => (d.max = '0'), 'max', /1 or more/],
      [(d) => (d.max = '1'), 'manual', /2 made by hand are more than the 1/],
    ];
    for (const [change, key, words] of cases) {
      const found = problems(change);
      assert.deepEqual(Object.keys(found), [key], words.source);
      assert.match(found[key] ?? '', words);
      assert.equal(policyOf(changed(change), policy), undefined);
    }
  });

  it('may be empty where the platform said nothing', () => {
    const bare = { schedules: [] };
    assert.deepEqual(problemsOf(draftOf(bare), bare), {});
    assert.deepEqual(policyOf(draftOf(bare), bare), bare);
  });

  it('keep an interval that is none of ours, and say so', () => {
    const odd = { schedules: [{ interval: '90m', count: 1 }] };
    const draft = draftOf(odd);
    assert.match(problemsOf(draft, odd)['every-0'] ?? '', /“90m” is no interval/);
    assert.ok(isUnchanged(draft, odd));
  });

  it('add a schedule that is not there yet, with a key of its own', () => {
    const draft = { ...draftOf(policy), rows: withRow(withRow(draftOf(policy).rows)) };
    assert.deepEqual(
      draft.rows.map((r) => `${r.every}${r.unit}`),
      ['1d', '1M', '1w', '1h'],
    );
    assert.equal(new Set(draft.rows.map((r) => keysOf(r).every)).size, 4);
    assert.deepEqual(problemsOf(draft, policy), {});
  });

  it('warn of what is possible and hardly meant', () => {
    assert.deepEqual(warningsOf(draftOf(policy), policy), []);
    const tight = changed((d) => (d.max = '4'));
    assert.match(warningsOf(tight, policy).join(), /may hold 12, but there may be 4/);
  });
});

describe('the time line of a retention policy', () => {
  const backups = forecast(
    policy,
    [
      { id: 'm1', created: '2026-04-01T00:00:00Z', automated: false },
      { id: 'a1', created: '2026-05-03T03:00:00Z', automated: true },
    ],
    year.from,
    year.until,
  );
  const lanes = lanesOf(backups, policy, year);

  it('draws each backup once, in the lane of what keeps it longest', () => {
    assert.deepEqual(
      lanes.map(({ id }) => id),
      ['1d', '1M', 'manual'],
    );
    const count = lanes.reduce((sum, { bars }) => sum + bars.length, 0);
    assert.equal(count, backups.length);
    // A year has 365 days, and one of each month is kept longer.
    assert.equal(lanes[0]?.bars.length, 366 - 13);
    assert.equal(lanes[1]?.bars.length, 13);
  });

  it('puts no two on one line at the same time, and has as many lines as it takes', () => {
    for (const { bars, lines, id } of lanes) {
      const ends = new Map<number, number>();
      for (const { from: start, to, line } of bars) {
        assert.ok(start >= (ends.get(line) ?? -Infinity), `${id}: two on line ${line}`);
        assert.ok(line < lines);
        ends.set(line, to);
      }
      const most = bars.map((at) => bars.filter((b) => b.from <= at.from && at.from < b.to).length);
      assert.equal(lines, Math.max(1, ...most), id);
    }
  });

  it('is cut at its edges', () => {
    const times = lanes.flatMap(({ bars }) => bars.flatMap((bar) => [bar.from, bar.to]));
    assert.ok(times.every((time) => time >= year.from.getTime() && time <= year.until.getTime()));
  });

  it('has a lane for a schedule without backups, none for what is not there', () => {
    const empty = lanesOf([], { schedules: [{ interval: '1d', count: 1 }] }, year);
    assert.deepEqual(
      empty.map(({ id, bars, lines }) => [id, bars.length, lines]),
      [['1d', 0, 1]],
    );
    assert.deepEqual(lanesOf([], { schedules: [] }, year), []);
  });

  it('is marked at months, Mondays or days', () => {
    const months = ticksOf(year, 'year');
    assert.equal(months.length, 12);
    assert.ok(months.every((tick) => tick.getDate() === 1));
    const weeks = ticksOf(stretchOf(from, span('month')), 'month');
    assert.ok(weeks.length >= 4 && weeks.every((tick) => tick.getDay() === 1));
    assert.equal(ticksOf(stretchOf(from, span('week')), 'week').length, 7);
  });

  it('is told in words for whom it can’t be seen', () => {
    const text = drawingText('As it is now', lanes, policy, year);
    assert.match(text, /^As it is now: which backups there are from .*2026.* to .*2027/);
    assert.match(text, /Every day, the newest 7 kept: 353 backups, at most \d+ at a time\./);
    assert.match(text, /By hand, the newest 2 kept: 1 backup, at most 1 at a time\./);
    assert.match(drawingText('X', [], policy, year), /None\.$/);
  });
});

describe('a date on the time line', () => {
  const at = new Date(from.getTime() + 30 * DAY);
  const three = forecast({ schedules: [{ interval: '1d', count: 3 }] }, [], from, year.until);
  const one = forecast({ schedules: [{ interval: '1d', count: 1 }] }, [], from, year.until);
  const there = (all: typeof three) =>
    all.filter(({ made, until }) => made <= at && (until === undefined || until > at));

  it('says how many there are, the oldest and the newest, before and after', () => {
    const now = there(three);
    assert.match(
      summary(now, at),
      /^3 backups, the oldest of .* \(2 days old\), the newest of .* \(less than a minute old\)$/,
    );
    assert.equal(summary([], at), 'no backup');
    assert.match(dateText(at, now, undefined), /2026.*: 3 backups/);
    assert.match(dateText(at, now, there(one)), /: 3 backups.*; with the change: 1 backup, of /);
  });

  it('lists what is there under either policy once, newest first', () => {
    assert.deepEqual(
      dateRows(there(three), there(one)).map(({ under }) => under),
      ['both', 'now', 'now'],
    );
    assert.deepEqual(
      dateRows(there(one), there(three)).map(({ under }) => under),
      ['both', 'after', 'after'],
    );
    assert.ok(dateRows(there(three), undefined).every(({ under }) => under === 'both'));
  });
});

describe('the words of the retention page', () => {
  it('tell a policy', () => {
    assert.equal(policyText(policy), 'Every day × 7, every month × 3; 2 made by hand; 20 in all.');
    assert.equal(policyText({ schedules: [] }), 'No automatic backups.');
    assert.equal(laneTitle('1M', policy), 'Every month, the newest 3 kept');
    assert.equal(laneTitle('none', policy), 'Automatic, kept by no schedule');
  });

  it('tell what came of it, an overtaken change before what failed', () => {
    const problem = { message: 'No.', next: 'Do.', code: 'core.planChanged', cancelled: false };
    assert.equal(activity(shownRetention()), undefined);
    assert.equal(activity(shownRetention({ problem }))?.title, 'No.');
    const overtaken = activity(shownRetention({ problem, overtaken: true }));
    assert.match(overtaken?.text ?? '', /nothing was sent.*core\.planChanged/);
    const cancelled = activity(shownRetention({ problem: { ...problem, cancelled: true } }));
    assert.deepEqual([cancelled?.tone, cancelled?.text], ['notice', 'No.']);
    assert.equal(activity(shownRetention({ sent: 'staging' }))?.title, 'Changed: Staging');
    assert.equal(activity(shownRetention({ busy: 'sending', problem }))?.icon, 'sync');
  });
});
