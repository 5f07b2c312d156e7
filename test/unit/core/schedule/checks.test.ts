import assert from 'node:assert/strict';
import type { PolicyBackup } from '../../../../src/core/policy/policyBackup';
import { isCheckOverdue, nextCheck } from '../../../../src/core/schedule/checks';

const NOW = new Date('2026-11-22T00:00:00Z');
const backup = (id: string, checked?: string, more: Partial<PolicyBackup> = {}): PolicyBackup => ({
  id,
  created: Date.parse('2026-10-01T00:00:00Z'),
  scheduled: true,
  pinned: false,
  check: checked === undefined ? 'none' : 'ok',
  ...(checked === undefined ? {} : { checked: Date.parse(checked) }),
  missing: false,
  bytes: 1,
  alike: '',
  ...more,
});
const RHYTHM = { every: '4d' };

describe('when a backup is to be checked', () => {
  it('the one whose check is the oldest, once three quarters of the time have passed', () => {
    const young = backup('young', '2026-11-19T00:00:00.001Z');
    const old = backup('old', '2026-11-18T12:00:00Z');
    const due = backup('due', '2026-11-19T00:00:00Z');
    assert.equal(nextCheck(RHYTHM, [young], NOW), undefined);
    assert.equal(nextCheck(RHYTHM, [young, due], NOW)?.id, 'due');
    assert.equal(nextCheck(RHYTHM, [young, due, old], NOW)?.id, 'old');
    assert.equal(nextCheck(RHYTHM, [], NOW), undefined);
  });

  it('first those that never were, the oldest before the others; never those that are missing', () => {
    const never = backup('never');
    const older = backup('older', undefined, { created: 1 });
    const gone = backup('gone', undefined, { missing: true, created: 0 });
    assert.equal(nextCheck(RHYTHM, [backup('old', '2026-01-01'), never, gone], NOW)?.id, 'never');
    assert.equal(nextCheck(RHYTHM, [never, older, gone], NOW)?.id, 'older');
    assert.equal(nextCheck(RHYTHM, [gone], NOW), undefined);
  });

  it('one whose check is dated after now is due', () => {
    assert.equal(nextCheck(RHYTHM, [backup('future', '2029-01-01')], NOW)?.id, 'future');
  });

  it('it is overdue after the whole time, one that never was checked counted from its making', () => {
    assert.equal(isCheckOverdue(RHYTHM, backup('a', '2026-11-18T00:00:00Z'), NOW), false);
    assert.equal(isCheckOverdue(RHYTHM, backup('a', '2026-11-17T23:59:59.999Z'), NOW), true);
    const fresh = backup('a', undefined, { created: Date.parse('2026-11-21') });
    assert.equal(isCheckOverdue(RHYTHM, fresh, NOW), false);
    assert.equal(isCheckOverdue(RHYTHM, backup('a'), NOW), true);
    assert.equal(isCheckOverdue(RHYTHM, backup('a', undefined, { missing: true }), NOW), false);
  });
});
