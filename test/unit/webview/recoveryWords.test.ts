import assert from 'node:assert/strict';
import type { Recovery, RecoveryStep } from '../../../src/core/recovery';
import {
  activity,
  canTake,
  currentStep,
  stepState,
  verdict,
} from '../../../src/webview/recovery/words';

const step = (change: Partial<RecoveryStep>): RecoveryStep => ({
  id: 'x',
  title: 'X',
  detail: '',
  state: 'next',
  destructive: false,
  commands: [],
  automatic: true,
  ...change,
});

describe('Words of the recovery page', () => {
  it('offers only what may be taken now, and by us', () => {
    assert.equal(canTake(step({})), true);
    assert.equal(canTake(step({ state: 'optional' })), true);
    assert.equal(canTake(step({ automatic: false })), false);
    for (const state of ['done', 'waiting', 'blocked'] as const) {
      assert.equal(canTake(step({ state })), false, state);
    }
  });

  it('takes the first that is next as the current one', () => {
    const walk: Recovery = {
      summary: 's',
      state: 'lost',
      steps: [step({ id: 'a', state: 'done' }), step({ id: 'b' }), step({ id: 'c' })],
    };
    assert.equal(currentStep(walk)?.id, 'b');
    assert.equal(currentStep({ ...walk, steps: [] }), undefined);
    assert.deepEqual([verdict(walk).tone, verdict(walk).text], ['bad', 's']);
  });

  it('says each state in a word of its own', () => {
    const states = ['done', 'next', 'waiting', 'optional', 'blocked'] as const;
    assert.equal(new Set(states.map((s) => stepState(s).word)).size, states.length);
  });

  it('tells what goes on before what came of the last step', () => {
    const problem = { message: 'm', next: 'n', code: 'a.b', cancelled: false };
    assert.match(
      activity({ cluster: 'c', problem, busy: { kind: 'reading' } })?.title ?? '',
      /Asking/,
    );
    assert.deepEqual(activity({ cluster: 'c', problem })?.text, 'n [a.b]');
    assert.equal(
      activity({ cluster: 'c', problem: { ...problem, cancelled: true } })?.tone,
      'notice',
    );
    assert.equal(activity({ cluster: 'c', taken: 'X' })?.title, 'Done: X');
    assert.equal(activity({ cluster: 'c' }), undefined);
  });
});
