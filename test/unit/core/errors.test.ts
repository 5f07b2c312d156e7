import assert from 'node:assert/strict';
import {
  coreErrors,
  errorTable,
  exitCode,
  fromErrorInfo,
  isCancellation,
  toErrorInfo,
} from '../../../src/core/errors';
import { labelProblem } from '../../../src/core/model';
import { redact } from '../../../src/core/redact';

describe('errors', () => {
  const table = errorTable('area', { reason: { category: 'refused', next: 'Do this.' } });

  it('carry a stable code, what to do next, and their cause', () => {
    const error = table.reason({ message: 'It failed.', cause: new Error('deep') });
    const info = toErrorInfo(error);
    assert.equal(info.code, 'area.reason');
    assert.equal(info.next, 'Do this.');
    assert.match(info.detail ?? '', /caused by: .*deep/);
    assert.deepEqual(table.codes, ['area.reason']);
  });

  it('cross a thread and come back the same', () => {
    const info = structuredClone(toErrorInfo(table.reason({ message: 'M', next: 'N' })));
    const back = fromErrorInfo(info);
    assert.equal(back.code, 'area.reason');
    assert.equal(back.next, 'N');
    assert.equal(back.message, 'M');
  });

  it('take any thrown value, and know a cancellation by its name', () => {
    assert.equal(toErrorInfo('text').code, 'core.unexpected');
    assert.equal(toErrorInfo(new TypeError('x')).category, 'failed');
    const abort = new DOMException('stopped', 'AbortError');
    assert.ok(isCancellation(abort));
    assert.equal(toErrorInfo(abort).code, 'core.cancelled');
    assert.equal(exitCode(toErrorInfo(coreErrors.cancelled({ message: '' })).category), 130);
  });

  it('have their exit codes', () => {
    assert.deepEqual(
      (['failed', 'usage', 'refused', 'cancelled'] as const).map(exitCode),
      [1, 2, 3, 130],
    );
  });
});

describe('labels', () => {
  it('are 3 to 25 characters that do not start with two dots', () => {
    for (const good of ['', 'abc', 'a.b', '.ab', 'before-upgrade_1.2', 'x'.repeat(25)]) {
      assert.equal(labelProblem(good), undefined, good);
    }
    for (const bad of ['ab', 'x'.repeat(26), '..abc', 'a b c', 'a/b', 'größe']) {
      assert.notEqual(labelProblem(bad), undefined, bad);
    }
  });
});

describe('redact', () => {
  it('takes secrets out in every form they travel in', () => {
    const secret = 'p/w "q"';
    const text = `${secret} ${encodeURIComponent(secret)} ${JSON.stringify(secret)}`;
    const masked = redact(text, [secret]);
    assert.doesNotMatch(masked, /p\/w|p%2Fw|\\"q/);
    assert.equal(redact('a plain text', ['a']), 'a plain text');
  });
});
