import assert from 'node:assert/strict';
import type { PolicyBackup } from '../../../../src/core/policy/policyBackup';
import { decide } from '../../../../src/core/retention/decide';
import type { VaultRetention } from '../../../../src/core/retention/decide';

const NOW = new Date('2026-11-22T12:00:00Z');

function backup(created: string, more: Partial<PolicyBackup> = {}): PolicyBackup {
  return {
    id: created,
    created: Date.parse(created),
    scheduled: true,
    pinned: false,
    check: 'ok',
    missing: false,
    bytes: 1000,
    alike: '',
    ...more,
  };
}

function rows(policy: VaultRetention | undefined, backups: readonly PolicyBackup[], now = NOW) {
  return decide(policy, backups, now).decisions.map(
    ({ id, keep, holds, why }) => `${keep ? '+' : '-'} ${id} [${holds.join(' ')}] ${why}`,
  );
}

describe('Retention: which backups of a vault stay, and why', () => {
  it('the newest of each interval, of the newest intervals that have one, with the reasons', () => {
    const policy = {
      schedules: [
        { interval: '1d', count: 2 },
        { interval: '1M', count: 3 },
      ],
    };
    const given = [
      backup('2026-11-22T01:00:00Z'),
      backup('2026-11-22T09:00:00Z'),
      backup('2026-11-20T09:00:00Z'),
      backup('2026-11-18T09:00:00Z'),
      backup('2026-10-31T23:59:00Z'),
      backup('2026-10-30T09:00:00Z'),
      backup('2025-12-30T09:00:00Z'),
      backup('2025-11-30T09:00:00Z'),
    ];
    assert.deepEqual(rows(policy, given), [
      '- 2026-11-22T01:00:00Z [] a newer one in the same day (1d), a newer one in the same month (1M)',
      '+ 2026-11-22T09:00:00Z [1d 1M] newest of 22 November (1d, 1 of 2), newest of November 2026 (1M, 1 of 3)',
      '+ 2026-11-20T09:00:00Z [1d] newest of 20 November (1d, 2 of 2)',
      '- 2026-11-18T09:00:00Z [] 2 newer of 1d, a newer one in the same month (1M)',
      '+ 2026-10-31T23:59:00Z [1M] newest of October 2026 (1M, 2 of 3)',
      '- 2026-10-30T09:00:00Z [] 2 newer of 1d, a newer one in the same month (1M)',
      '+ 2025-12-30T09:00:00Z [1M] newest of December 2025 (1M, 3 of 3)',
      '- 2025-11-30T09:00:00Z [] 2 newer of 1d, 3 newer of 1M',
    ]);
  });
});
