import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { withOwnSignal } from '../../../src/core/ownSignal';

describe('a signal of one’s own', () => {
  const listeners = (signal: AbortSignal) => getEventListeners(signal, 'abort').length;

  it('follows the outer one, with its reason, also where that was aborted before', async () => {
    const outer = new AbortController();
    const reason = new Error('enough');
    const reasons = await withOwnSignal(outer.signal, (signal) => {
      assert.equal(signal.aborted, false);
      outer.abort(reason);
      return Promise.resolve<unknown[]>([signal.aborted, signal.reason]);
    });
    assert.deepEqual(reasons, [true, reason]);
    const late = await withOwnSignal(outer.signal, (signal) =>
      Promise.resolve<unknown>(signal.reason),
    );
    assert.equal(late, reason);
  });

  it('can be aborted alone', async () => {
    const outer = new AbortController();
    await withOwnSignal(outer.signal, (signal, own) => {
      own.abort();
      assert.ok(signal.aborted);
      return Promise.resolve();
    });
    assert.equal(outer.signal.aborted, false);
  });

  it('leaves nothing in the outer one, whether the work is done or fails, and is not aborted later', async () => {
    const outer = new AbortController();
    let kept: AbortSignal | undefined;
    await withOwnSignal(outer.signal, (signal) => {
      kept = signal;
      assert.equal(listeners(outer.signal), 1);
      return Promise.resolve();
    });
    assert.equal(listeners(outer.signal), 0);
    const failing = withOwnSignal(outer.signal, () => Promise.reject(new Error('failed')));
    await assert.rejects(failing, /^Error: failed$/);
    assert.equal(listeners(outer.signal), 0);
    outer.abort();
    assert.equal(kept?.aborted, false);
  });
});
