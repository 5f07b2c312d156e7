import assert from 'node:assert/strict';
import { draftOf, editedOf, isUnchanged, problemsOf } from '../../../src/webview/policy/draft';
import type { Draft } from '../../../src/webview/policy/draft';
import { sourceText } from '../../../src/webview/policy/fields';
import { presentOf } from '../../../src/webview/policy/now';
import { guessText, outlook, spansFor, storageOf } from '../../../src/webview/policy/outlook';
import { PRESETS, withPreset } from '../../../src/webview/policy/presets';
import { activity } from '../../../src/webview/policy/words';
import { POLICY_READ_AT, backupsEvery, shownPolicy } from '../../support/policyPage';

const shown = shownPolicy();
const { own, inherited } = shown;
const from = new Date(POLICY_READ_AT);
const changed = (change: (draft: Draft) => void): Draft => {
  const draft = draftOf(own);
  change(draft);
  return draft;
};

describe('the fields of a cluster’s policy', () => {
  it('say what the cluster says itself, and are it again', () => {
    assert.ok(isUnchanged(draftOf(own), own));
    assert.deepEqual(editedOf(draftOf(own), inherited), own);
    assert.deepEqual(editedOf(draftOf(undefined), undefined), {});
  });

  it('are wrong with the reason, each beside its own field', () => {
    const cases: [(draft: Draft) => void, string, RegExp][] = [
      [(d) => (d.lines.timeZone = 'Berlin/Europe'), 'timeZone', /Europe\/Berlin/],
      [(d) => (d.lines.at = '2:30'), 'at', /02:30/],
      [(d) => (d.lines.jitter = '5'), 'jitter', /unit/],
      [(d) => (d.lines.retries = '21'), 'retries', /20 at most/],
      [(d) => (d.lines.smallerBy = '0'), 'smallerBy', /1 to 100/],
      [(d) => (d.lines.rate = '0'), 'rate', /above 0/],
      [(d) => Object.assign(d.lines, { every: '', rate: '5' }), 'every', /how often/],
      [(d) => (d.lines.maxBackups = '2'), 'manualCount', /more than the 2/],
      // The file's 60 in all counts as well.
      [(d) => (d.lines.manualCount = '61'), 'manualCount', /more than the 60/],
    ];
    for (const [change, key, words] of cases) {
      const problems = problemsOf(changed(change), inherited);
      assert.deepEqual(Object.keys(problems), [key], words.source);
      assert.match(problems[key] ?? '', words);
      assert.equal(editedOf(changed(change), inherited), undefined);
    }
  });

  it('may be of minutes and seconds: it is a vault’s', () => {
    const draft = changed((d) =>
      d.rows?.splice(0, 1, { key: 0, every: '30', unit: 's', kept: '5' }),
    );
    assert.deepEqual(editedOf(draft, inherited)?.schedules?.[0], { interval: '30s', count: 5 });
  });

  it('tell whose word counts', () => {
    const text = (line: Parameters<typeof sourceText>[0]) =>
      sourceText(line, draftOf(own), inherited, shown.modes);
    assert.equal(text('manualCount'), 'This cluster’s own');
    assert.equal(text('maxBackups'), 'The file’s: 60');
    assert.equal(text('retries'), 'Default: 5 times');
    assert.equal(text('mode'), 'Default: Default');
  });

  it('are filled by presets that are right, with checks where nobody said how often', () => {
    for (const preset of PRESETS) {
      const edited = editedOf(withPreset(draftOf(undefined), preset, false), undefined);
      assert.deepEqual(edited, { schedules: preset.schedules, verify: { every: '30d' } });
    }
  });
});

describe('what comes of a cluster’s policy', () => {
  const stretch = { from, until: new Date('2027-05-03T10:00:00Z') };

  it('names what goes at once, and what goes only by the change', () => {
    const edited = { ...inherited, ...own, schedules: [{ interval: '1h', count: 10 }] };
    const now = { ...inherited, ...own };
    assert.deepEqual(presentOf(shown, now, undefined, from).going, []);
    const { going, next } = presentOf(shown, now, edited, from);
    assert.equal(going.length, 14);
    assert.ok(going.every(({ why, already }) => /10 newer of 1h/.test(why) && !already));
    assert.equal(next?.toISOString(), POLICY_READ_AT);
  });

  it('is told by a guard that nothing goes now', () => {
    const [newest, ...others] = backupsEvery(1, 30);
    assert.ok(newest);
    const backups = [{ ...newest, check: 'none' as const }, ...others];
    const policy = { schedules: [{ interval: '1h', count: 5 }] };
    const { stop, going } = presentOf({ ...shown, backups }, policy, undefined, from);
    assert.ok(stop && stop.next !== '');
    assert.equal(going.length, 25);
  });

  it('tells the storage now and at its highest, and what that is guessed from', () => {
    const policy = { schedules: [{ interval: '1d', count: 10 }] };
    const backups = backupsEvery(24, 2, 1_000_000);
    const figures = storageOf(outlook({ backups, key: 'k' }, policy, stretch), stretch);
    assert.equal(figures.size.count, 2);
    // Nine more of 1,005,000 beside the newer of the two.
    assert.ok(figures.highest.bytes > 10_000_000 && figures.highest.bytes < 10_200_000);
    assert.ok(figures.now < figures.highest.bytes);
    assert.match(guessText(figures.size), /estimated from the last 2 scheduled backups/);
    const none = storageOf(outlook({ backups: [], key: 'k' }, policy, stretch), stretch);
    assert.match(guessText(none.size), /can’t be told before the first backup/);
  });

  it('is drawn only as far as it can be', () => {
    const longest = (interval: string) =>
      spansFor([{ schedules: [{ interval, count: 1 }] }], from)[0]?.id;
    assert.deepEqual(['1d', '1h', '5m', '1m'].map(longest), ['year', 'year', 'month', 'week']);
  });

  it('tells what came of a change', () => {
    const problem = { message: 'No.', next: 'Do.', code: 'core.planChanged', cancelled: false };
    assert.equal(activity(shown), undefined);
    assert.match(activity({ ...shown, problem, overtaken: true })?.text ?? '', /nothing was saved/);
    assert.equal(activity({ ...shown, saved: true })?.title, 'Saved');
  });
});
