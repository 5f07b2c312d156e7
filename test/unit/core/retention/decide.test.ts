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
      '- 2026-11-22T01:00:00Z [] a newer one in the same day (1d), month (1M)',
      '+ 2026-11-22T09:00:00Z [1d 1M] newest of 22 November (1d, 1 of 2), newest of November 2026 (1M, 1 of 3)',
      '+ 2026-11-20T09:00:00Z [1d] newest of 20 November (1d, 2 of 2)',
      '- 2026-11-18T09:00:00Z [] 2 newer of 1d, a newer one in the same month (1M)',
      '+ 2026-10-31T23:59:00Z [1M] newest of October 2026 (1M, 2 of 3)',
      '- 2026-10-30T09:00:00Z [] 2 newer of 1d, a newer one in the same month (1M)',
      '+ 2025-12-30T09:00:00Z [1M] newest of December 2025 (1M, 3 of 3)',
      '- 2025-11-30T09:00:00Z [] 2 newer of 1d, 3 newer of 1M',
    ]);
  });

  const ids = (policy: VaultRetention, all: readonly PolicyBackup[], now = NOW) =>
    decide(policy, all, now)
      .decisions.filter(({ keep }) => keep)
      .map(({ id }) => id);
  const daily = (count: number, timeZone?: string) => ({
    schedules: [{ interval: '1d', count }],
    ...(timeZone === undefined ? {} : { timeZone }),
  });

  it('made by hand, pinned, set aside, too many: each says so', () => {
    const byHand = { scheduled: false };
    const given = [
      backup('2026-11-22T13:00:00Z', byHand),
      backup('2026-11-22T11:00:00Z', byHand),
      backup('2026-11-21T11:00:00Z', byHand),
      backup('2026-11-20T11:00:00Z', { ...byHand, pinned: true }),
      backup('2026-11-19T11:00:00Z', { ...byHand, check: 'damaged' }),
      backup('2026-11-18T11:00:00Z', { ...byHand, missing: true }),
      backup('2026-11-17T11:00:00Z', byHand),
    ];
    assert.deepEqual(rows({ manualCount: 1 }, given), [
      '+ 2026-11-22T13:00:00Z [future] dated after now: it stays until its time has come',
      '+ 2026-11-22T11:00:00Z [manual] made by hand (1 of 1)',
      '- 2026-11-21T11:00:00Z [] more than 1 made by hand: 1 newer ones',
      '+ 2026-11-20T11:00:00Z [pin] pinned',
      '+ 2026-11-19T11:00:00Z [damaged] damaged: it stays until a person deletes it',
      '+ 2026-11-18T11:00:00Z [missing] its file is missing: it stays until a person deletes it',
      '- 2026-11-17T11:00:00Z [] more than 1 made by hand: 2 newer ones',
    ]);
    const [, , third, , , , last] = rows({ maxBackups: 2 }, given);
    assert.equal(third, '+ 2026-11-21T11:00:00Z [manual] made by hand');
    assert.equal(last, '- 2026-11-17T11:00:00Z [] 2 at most, the oldest goes');
    const [, newest] = rows({ manualCount: 0 }, given);
    assert.match(newest ?? '', /\[newestVerified\] the newest verified one always stays/);
  });

  it('without schedules all that schedules made stay; without anything nothing goes', () => {
    const given = [backup('2020-01-01T00:00:00Z'), backup('2026-11-22T00:00:00Z')];
    assert.equal(ids({ schedules: [], manualCount: 0 }, given).length, 2);
    assert.equal(ids({ maxBackups: 1 }, given).length, 1);
    for (const policy of [undefined, {}, { timeZone: 'Europe/Berlin' }, { schedules: [] }]) {
      const { decisions, stopped } = decide(policy, given, NOW);
      assert.equal(stopped?.code, 'noPolicy');
      assert.ok(decisions.every(({ keep }) => keep));
    }
  });

  it('a guard says why nothing goes and what to do, and what would go otherwise', () => {
    // Of two, the older may be the newest verified one, which stays in any case.
    const third = backup('2026-11-19T00:00:00Z');
    const old = backup('2026-11-20T00:00:00Z');
    const told = (more: Partial<PolicyBackup>, policy: VaultRetention = daily(1)) => {
      const { decisions, stopped } = decide(
        policy,
        [third, old, backup('2026-11-22T00:00:00Z', more)],
        NOW,
      );
      assert.ok(decisions[0]);
      assert.equal(decisions[0].keep, stopped !== undefined);
      return `${stopped?.text ?? 'goes'} ${stopped?.next ?? ''} ${decisions[0].why}`;
    };
    assert.match(told({}), /^goes {2}1 newer of 1d$/);
    const unverified = told({ check: 'none' });
    assert.match(unverified, /of 22 November, 00:00, was never verified\. Verify it/);
    assert.match(unverified, /kept for now; then it goes: 1 newer of 1d$/);
    assert.match(told({ bytes: 499 }), /50 % smaller than the one before, of 20 November, 00:00;/);
    assert.match(told({ bytes: 500 }), /^goes/);
    assert.match(told({ bytes: 899 }, { ...daily(1), smallerBy: 10 }), /10 % is taken for usual/);
    assert.match(told({ bytes: 1, alike: 'another kind' }), /^goes/);
    for (const [more, code] of [
      [{ check: 'damaged' }, 'newestDamaged'],
      [{ missing: true }, 'newestMissing'],
    ] as const) {
      const all = [third, old, backup('2026-11-22T00:00:00Z', more)];
      assert.equal(decide(daily(1), all, NOW).stopped?.code, code);
    }
  });

  it('months of 28 to 31 days have one each, 29 February its own day', () => {
    const days = Array.from({ length: 3 * 366 }, (_, day) =>
      backup(new Date(Date.UTC(2026, 0, 1 + day, 3)).toISOString()),
    );
    const monthly = { schedules: [{ interval: '1M', count: 40 }] };
    const left = ids(monthly, days, new Date('2029-02-01T00:00:00Z')).map((id) => id.slice(0, 10));
    for (const day of ['2026-01-31', '2026-02-28', '2026-04-30', '2028-02-29', '2028-12-31']) {
      assert.ok(left.includes(day), day);
    }
    assert.equal(left.length, 37);
  });

  for (const [zone, short, long] of [
    ['Europe/Berlin', '2026-03-29', '2026-10-25'],
    ['America/New_York', '2026-03-08', '2026-11-01'],
  ] as const) {
    it(`days of 23 and 25 hours have one each in ${zone}`, () => {
      for (const [day, hours] of [
        [short, 23],
        [long, 25],
      ] as const) {
        const noon = Date.parse(`${day}T12:00:00Z`);
        const hourly = Array.from({ length: 96 }, (_, at) =>
          backup(new Date(noon + (at - 48) * 3_600_000).toISOString()),
        );
        const left = ids(daily(9, zone), hourly, new Date(noon + 48 * 3_600_000)).map(Date.parse);
        const lengths = left.slice(1).map((time, at) => (time - (left[at] ?? NaN)) / 3_600_000);
        assert.equal(lengths.filter((length) => length === hours).length, 1, day);
        assert.ok(lengths.slice(0, -1).every((length) => length === 24 || length === hours));
      }
    });
  }

  it('a clock set back by a day lets none go, and those made after it count once time has caught up', () => {
    const before = ['20', '21', '22'].map((day) => backup(`2026-11-${day}T10:00:00Z`));
    const back = new Date('2026-11-21T12:00:00Z');
    assert.deepEqual(ids(daily(3), before, back).length, 3);
    const again = [...before, backup('2026-11-21T11:30:00Z')];
    assert.deepEqual(ids(daily(3), again, back), [
      '2026-11-20T10:00:00Z',
      '2026-11-22T10:00:00Z',
      '2026-11-21T11:30:00Z',
    ]);
    assert.match(rows(daily(3), again, back)[2] ?? '', /\[future\]/);
    assert.match(rows(daily(3), again)[2] ?? '', /\[1d\] newest of 22 November/);
  });

  it('grandfather, father and son over ten years', () => {
    const policy: VaultRetention = {
      timeZone: 'Europe/Berlin',
      schedules: [
        { interval: '1h', count: 24 },
        { interval: '1d', count: 7 },
        { interval: '1w', count: 4 },
        { interval: '1M', count: 12 },
        { interval: '1y', count: 5 },
      ],
    };
    const end = Date.parse('2026-11-22T12:00:00Z');
    const hourly = Array.from({ length: 87_660 }, (_, at) =>
      backup(new Date(end - at * 3_600_000).toISOString()),
    );
    const { decisions } = decide(policy, hourly, NOW);
    const held = (by: string) => decisions.filter(({ holds }) => holds.includes(by)).length;
    assert.deepEqual(['1h', '1d', '1w', '1M', '1y'].map(held), [24, 7, 4, 12, 5]);
    const day = (id: string) => id.slice(0, 16);
    assert.deepEqual(
      decisions.filter(({ holds }) => holds.includes('1y')).map(({ id }) => day(id)),
      // The last hour of a year in Berlin is 22:00 of UTC.
      ['2026-11-22T12:00', ...[2025, 2024, 2023, 2022].map((year) => `${year}-12-31T22:00`)],
    );
    assert.deepEqual(
      decisions.filter(({ holds }) => holds.includes('1w')).map(({ id }) => day(id)),
      ['2026-11-22T12:00', '2026-11-15T22:00', '2026-11-08T22:00', '2026-11-01T22:00'],
    );
    assert.match(decisions[0]?.why ?? '', /the week of 16 November \(1w, 1 of 4\)/);
    assert.match(decisions[0]?.why ?? '', /newest of 22 November, 13:00 \(1h, 1 of 24\)/);
  });

  it('a hundred thousand are decided in little time, in any order', () => {
    const policy = {
      schedules: [
        { interval: '1h', count: 24 },
        { interval: '1d', count: 365 },
      ],
    };
    const many = Array.from({ length: 100_000 }, (_, at) =>
      backup(new Date(NOW.getTime() - ((at * 7919) % 100_000) * 3_600_000).toISOString()),
    );
    const zoned = { ...policy, timeZone: 'Europe/Berlin', manualCount: 5 };
    decide(zoned, many, NOW);
    const started = process.cpuUsage();
    const { decisions } = decide(zoned, many, NOW);
    const { user, system } = process.cpuUsage(started);
    const took = (user + system) / 1000;
    assert.equal(decisions.filter(({ keep }) => keep).length, 24 + 365 - 2);
    assert.ok(took < 2000, `${took} ms of the processor`);
  });
});
