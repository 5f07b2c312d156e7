import assert from 'node:assert/strict';
import { Attempts, Pause, pauseAfter } from '../../../../src/core/agent/backOff';

describe('a pause between two attempts', () => {
  it('is not over at once, and is over when it said, for a clock that shows whole milliseconds', () => {
    for (let step = 0; step < 1000; step += 1) {
      const now = Date.parse('2027-11-26T06:00:00Z') + step * 86_400_007;
      const pause = new Pause();
      pause.begin(now, pauseAfter((step % 7) + 1, Infinity, (step * 0.618034) % 1));
      assert.equal(pause.isOver(now), false, `begun at ${now}`);
      const woken = new Date(pause.until).getTime();
      assert.equal(pause.isOver(woken), true, `until ${pause.until}`);
      assert.equal(pause.isOver(woken - 1), false);
    }
  });

  it('does not go on where the clock was set back to before it began', () => {
    const pause = new Pause();
    pause.begin(5_000, 60_000);
    assert.equal(pause.isOver(4_999), true);
    assert.equal(pause.isOver(5_000), false);
  });
});

describe('attempts at the backup of a planned moment', () => {
  const NOON = Date.parse('2026-03-17T12:00:00Z');
  const moment = (since: number) => ({ since, next: since + 1_800_000 });

  it('make none for the last one that has its backup, also after another failed meanwhile', () => {
    const attempts = new Attempts();
    attempts.done(NOON);
    // The clock was set back behind it, to a moment without a backup.
    const before = NOON - 1_800_000;
    assert.equal(attempts.mayTry(before, NOON - 60_000), true);
    attempts.failed(moment(before), NOON - 60_000, { retries: 3, random: 0 });
    assert.equal(attempts.mayTry(NOON, NOON), false);
    assert.equal(attempts.triesAt(NOON), Infinity);
    assert.equal(attempts.mayTry(before, NOON), true, 'the pause of the one that failed is over');
  });

  it('make another where the clock was set back by far, and others got theirs since', () => {
    const attempts = new Attempts();
    attempts.done(NOON);
    attempts.done(NOON - 7_200_000);
    assert.equal(attempts.mayTry(NOON, NOON), true);
  });
});
