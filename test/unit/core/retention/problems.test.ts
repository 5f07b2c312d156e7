import assert from 'node:assert/strict';
import { goingSooner } from '../../../../src/core/retention/groups';
import type { RetentionPolicy } from '../../../../src/core/retention/policy';
import { policyProblems } from '../../../../src/core/retention/problems';

const daily = (count: number, more: Partial<RetentionPolicy> = {}): RetentionPolicy => ({
  schedules: [{ interval: '1d', count }],
  ...more,
});

describe('what is wrong with a policy', () => {
  it('is told with its field, and what stops it apart from what is hardly meant', () => {
    const told = (policy: RetentionPolicy) =>
      policyProblems(policy).map(({ severity, field }) => `${severity} ${field}`);
    assert.deepEqual(told(daily(7, { manualCount: 3, maxBackups: 10 })), []);
    assert.deepEqual(told({ schedules: [] }), []);
    assert.deepEqual(told(daily(0)), ['blocker schedules.0.count']);
    assert.deepEqual(told(daily(1.5)), ['blocker schedules.0.count']);
    const twice = { schedules: [...daily(1).schedules, { interval: '1d', count: 2 }] };
    assert.deepEqual(told(twice), ['blocker schedules.1.interval']);
    const wrong = { schedules: [{ interval: '1m', count: 1 }] };
    assert.deepEqual(told(wrong), ['blocker schedules.0.interval']);
    assert.deepEqual(told(daily(1, { manualCount: -1, maxBackups: 0 })), [
      'blocker manualCount',
      'blocker maxBackups',
    ]);
    assert.deepEqual(told(daily(1, { manualCount: 4, maxBackups: 3 })), ['blocker manualCount']);
    assert.deepEqual(told(daily(7, { manualCount: 2, maxBackups: 8 })), ['warning maxBackups']);
  });
});

describe('which backups go sooner under another policy', () => {
  const from = new Date('2026-11-22T12:00:00Z');
  const until = new Date('2027-11-22T12:00:00Z');
  const backups = ['main', 'qa'].flatMap((group) =>
    [19, 20, 21, 22].map((day) => ({
      id: `${group}-${day}`,
      group,
      created: `2026-11-${day}T03:00:00Z`,
      automated: true,
    })),
  );

  it('each group is counted by itself', () => {
    const going = goingSooner({ before: daily(4), after: daily(3) }, backups, { from, until });
    const at = (id: string) => going.find(({ backup }) => backup.id === id);
    assert.equal(going.length, 8, 'each goes a day earlier');
    assert.equal(at('qa-19')?.after.getTime(), from.getTime());
    assert.equal(at('qa-19')?.before?.toISOString(), '2026-11-23T03:00:00.000Z');
    assert.equal(at('main-22')?.after.toISOString(), '2026-11-25T03:00:00.000Z');
  });

  it('a longer policy, or the same, lets none go', () => {
    for (const after of [daily(4), daily(9)]) {
      assert.deepEqual(goingSooner({ before: daily(4), after }, backups, { from, until }), []);
    }
  });
});
