import assert from 'node:assert/strict';
import { Pause, pauseAfter } from '../../../../src/core/agent/backOff';

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
