import assert from 'node:assert/strict';
import { constants, PerformanceObserver } from 'node:perf_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { withMinorCollections } from '../../../src/cli/minorCollections';
import type { ProgressUpdate } from '../../../src/core/ports';

const MB = 1 << 20;

describe('Minor collections as bytes go by', () => {
  let minor = 0;
  const observer = new PerformanceObserver((list) => {
    for (const { detail } of list.getEntries() as unknown as { detail: { kind: number } }[]) {
      if (detail.kind === constants.NODE_PERFORMANCE_GC_MINOR) minor++;
    }
  });
  before(() => observer.observe({ entryTypes: ['gc'] }));
  after(() => observer.disconnect());
  beforeEach(() => (minor = 0));

  const settled = async () => {
    for (let i = 0; i < 5; i++) await turn();
    return minor;
  };

  it('come every few megabytes, in each phase anew, and every update is passed on', async () => {
    const told: ProgressUpdate[] = [];
    const progress = withMinorCollections((update) => told.push(update));
    for (const phase of ['Backing up', 'Verifying']) {
      for (let done = 0; done <= 100; done++) progress({ phase, done: done * MB, unit: 'bytes' });
    }
    assert.equal(told.length, 202);
    const count = await settled();
    assert.ok(count >= 40, String(count));
  });

  it('do not come for what is no bytes', async () => {
    const progress = withMinorCollections(() => undefined);
    for (let done = 0; done < 20; done++) {
      progress({ phase: 'Asking' });
      progress({ phase: 'Counting', done: done * 100 * MB, unit: 'records' });
    }
    const count = await settled();
    assert.ok(count < 5, String(count));
  });
});
