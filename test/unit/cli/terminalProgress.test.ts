import assert from 'node:assert/strict';
import { progressLine, TerminalProgress } from '../../../src/cli/terminalProgress';

describe('Progress on a terminal', () => {
  it('shows phase, bar, share, bytes and rate', () => {
    const update = { phase: 'Backing up', done: 50e6, total: 200e6, unit: 'bytes' as const };
    assert.equal(
      progressLine(update, 12.5e6),
      'Backing up  [#####...............]   25%  50.0 MB of 200 MB  12.5 MB/s',
    );
  });

  it('shows no bar where the end is not known, and never more than all', () => {
    assert.equal(progressLine({ phase: 'Reading', done: 1500, unit: 'bytes' }), 'Reading  1.50 kB');
    assert.equal(progressLine({ phase: 'Checking the plan' }), 'Checking the plan…');
    assert.match(progressLine({ phase: 'Reading', done: 3, total: 2 }), /100%/);
  });

  it('tells a percentage once, whether its end is said or not', () => {
    const update = { phase: 'Restoring', done: 42.6, unit: 'percent' } as const;
    const line = 'Restoring  [########............]   42%';
    assert.equal(progressLine(update), line);
    assert.equal(progressLine({ ...update, total: 100 }, 5), line);
  });

  it('redraws ten times a second, at once for a new phase, and clears what it drew', () => {
    const written: string[] = [];
    let now = 0;
    const progress = new TerminalProgress({
      write: (text) => void written.push(text),
      columns: () => 20,
      now: () => now,
    });
    progress.clear();
    for (; now < 1000; now += 10) progress.update({ phase: 'One', done: now });
    assert.equal(written.length, 10);
    progress.update({ phase: 'Two', done: 0 });
    assert.equal(written.at(-1), '\r\x1b[KTwo  0');
    progress.update({ phase: 'A phase of a very long name', done: 1 });
    assert.equal(written.at(-1)?.length, '\r\x1b[K'.length + 19);
    progress.clear();
    progress.clear();
    assert.equal(written.length, 13);
  });

  it('tells the rate of this phase only', () => {
    const written: string[] = [];
    let now = 0;
    const progress = new TerminalProgress({
      write: (text) => void written.push(text),
      columns: () => 200,
      now: () => now,
    });
    progress.update({ phase: 'A', done: 1_000_000, unit: 'bytes' });
    now = 2000;
    progress.update({ phase: 'A', done: 3_000_000, unit: 'bytes' });
    assert.match(written.at(-1) ?? '', /1\.00 MB\/s$/);
  });
});
