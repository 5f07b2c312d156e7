import assert from 'node:assert/strict';
import { progressText } from '../../../src/vscode/progressText';
import { progressText as pageText } from '../../../src/webview/shared/waiting';

describe('Progress in words', () => {
  it('tells bytes with their rate, and counts without a unit', () => {
    const bytes = { phase: 'Sending', done: 1024, total: 4096, unit: 'bytes' } as const;
    assert.equal(progressText(bytes, 2048), 'Sending: 1 KB of 4 KB, 2 KB/s');
    assert.equal(progressText({ phase: 'Reading', done: 3, total: 7 }), 'Reading: 3 of 7');
    assert.equal(progressText({ phase: 'Checking' }), 'Checking');
  });

  it('tells a percentage as such', () => {
    const update = { phase: 'Restoring', done: 42.6, total: 100, unit: 'percent' } as const;
    assert.equal(progressText(update), 'Restoring: 42 %');
    assert.equal(pageText(update), '42 %');
  });
});
