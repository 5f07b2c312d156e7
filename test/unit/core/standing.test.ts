import assert from 'node:assert/strict';
import type { PolicyConfig } from '../../../src/core/config/policy';
import type { PolicyBackup } from '../../../src/core/policy/policyBackup';
import { standingOf } from '../../../src/core/policy/standing';
import { HOURLY, madeAt } from './agent/fakeAgent';

const NOW = new Date('2026-11-22T09:30:00Z');
const NINE = '2026-11-22T09:00:00Z';
const EIGHT = '2026-11-22T08:00:00Z';

function standing(backups: PolicyBackup[], policy: PolicyConfig | undefined = HOURLY) {
  const { state, lines } = standingOf(policy, 'key', backups, NOW);
  for (const { text, next } of lines) assert(text.endsWith('.') && next.endsWith('.'));
  return [state, ...lines.map(({ severity, code }) => `${severity} ${code}`)];
}

describe('how backups stand', () => {
  it('nothing is said where nothing is asked for', () => {
    assert.deepEqual(standingOf(undefined, 'key', [madeAt(NINE, { check: 'damaged' })], NOW), {
      state: 'none',
      lines: [],
    });
    assert.deepEqual(standing([], { manualCount: 3 }), ['none']);
  });

  it('good: the newest is verified, and its moment is the last', () => {
    assert.deepEqual(standing([madeAt(EIGHT), madeAt(NINE)]), ['good']);
    const { newest, next } = standingOf(HOURLY, 'key', [madeAt(EIGHT), madeAt(NINE)], NOW);
    assert.equal(newest, Date.parse(NINE));
    assert.equal(next, Date.parse('2026-11-22T10:00:00Z'));
  });

  it('no backup is a warning until a run has failed, none that is good is bad', () => {
    assert.deepEqual(standing([]), ['warning', 'warning noBackup']);
    const failure = { code: 'test.broken', message: 'It is broken.', next: 'Mend it.' };
    const failed = standingOf(HOURLY, 'key', [], NOW, { failure });
    assert.deepEqual(
      failed.lines.map(({ severity, code }) => `${severity} ${code}`),
      ['bad failed', 'bad noBackup'],
    );
    assert.equal(failed.lines[0]?.next, 'Mend it.');
    assert.deepEqual(standing([madeAt(NINE, { check: 'none' })]), [
      'bad',
      'bad noBackup',
      'warning unverified',
    ]);
  });

  it('a missed one is bad, not while one is made', () => {
    assert.deepEqual(standing([madeAt('2026-11-22T06:00:00Z')]), ['bad', 'bad missed']);
    const old = [madeAt('2026-11-22T06:00:00Z')];
    assert.equal(standingOf(HOURLY, 'key', old, NOW, { running: true }).state, 'good');
  });

  it('the newest damaged or missing is bad, an older one a warning', () => {
    const [eight, nine] = [madeAt(EIGHT), madeAt(NINE)];
    assert.deepEqual(standing([eight, { ...nine, check: 'damaged' }]), ['bad', 'bad damaged']);
    assert.deepEqual(standing([{ ...eight, missing: true }, nine]), ['warning', 'warning missing']);
    assert.deepEqual(
      standing([
        { ...eight, check: 'damaged' },
        { ...nine, missing: true },
      ]),
      ['bad', 'bad noBackup', 'bad missing', 'warning damaged'],
    );
  });

  it('what is dated after now is left aside', () => {
    const ahead = madeAt('2029-01-01', { check: 'damaged' });
    assert.deepEqual(standing([madeAt(NINE), ahead]), ['good']);
  });

  it('overdue checks, a newest that was never checked and a prune that is stopped are warnings', () => {
    const checked: PolicyConfig = { ...HOURLY, verify: { every: '1d' } };
    const old = madeAt('2026-11-20T09:00:00Z');
    assert.deepEqual(standing([old, madeAt(NINE)], checked), ['warning', 'warning checkOverdue']);
    assert.deepEqual(standing([madeAt(EIGHT), madeAt(NINE, { check: 'none' })]), [
      'warning',
      'warning unverified',
    ]);
    const many = Array.from({ length: 30 }, (_, n) =>
      madeAt(Date.parse(NINE) - n * 3_600_000, { bytes: n === 0 ? 10 : 100 }),
    );
    assert.deepEqual(standing(many), ['warning', 'warning pruneStopped']);
  });
});
