import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { PolicyBackup } from '../../../../src/core/policy/policyBackup';
import { decide } from '../../../../src/core/retention/decide';
import type { VaultRetention } from '../../../../src/core/retention/decide';
import {
  forecastVault,
  presentInVault,
  sizeOfComing,
  storageAt,
} from '../../../../src/core/retention/forecastVault';
import type { VaultForecastBackup } from '../../../../src/core/retention/forecastVault';
import { heldAt } from '../../../../src/core/retention/forecast';
import { dueOf } from '../../../../src/core/schedule/planned';
import type { Rhythm } from '../../../../src/core/schedule/planned';
import { backups, moments, policies } from './policies';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = new Date('2026-11-22T12:00:00Z');
const KEY = 'vault/cluster';

function backup(created: string, more: Partial<PolicyBackup> = {}): PolicyBackup {
  const rest = { scheduled: true, pinned: false, missing: false, bytes: 100, alike: '' };
  return { id: created, created: Date.parse(created), check: 'ok', ...rest, ...more };
}

/** Lives through the time: a backup whenever one is due, and after each all goes that the policy lets go. */
function lived(
  policy: VaultRetention & Rhythm,
  existing: readonly PolicyBackup[],
  [from, until]: [number, number],
): Map<number, string[]> {
  const states = new Map<number, string[]>();
  let all = [...existing];
  const prune = (time: number) => {
    const { decisions } = decide(policy, all, new Date(time));
    all = all.filter((_, at) => decisions[at]?.keep);
    states.set(time, all.map(({ id }) => id).sort());
  };
  // As an agent that runs on: a moment that has its backup gets no other, also where that had to make room for newer ones.
  let served: number | undefined;
  const arrivals = existing.map(({ created }) => created).filter((time) => time > from);
  for (let time = from; time <= until;) {
    const due = dueOf(policy, KEY, all, new Date(time));
    if (due?.due === true && due.since.getTime() !== served) {
      const made = { scheduled: true, pinned: false, missing: false, bytes: 100, alike: '' };
      all.push({ id: `${due.schedule}@${time}`, created: time, check: 'ok', ...made });
    }
    served = due?.since.getTime();
    prune(time);
    const next = due?.next.getTime() ?? Infinity;
    time = Math.min(next, ...arrivals.filter((arrival) => arrival > time));
  }
  return states;
}

const idsAt = (all: readonly VaultForecastBackup[], time: number) =>
  presentInVault(all, new Date(time))
    .map(({ id }) => id)
    .sort();

describe('Retention: what a vault will hold', () => {
  it('is what is left where a backup is made whenever one is due, and pruned after each', () => {
    // Sound or set aside, of one size: a forecast takes for granted that no guard stops anything.
    const given = backups.map((all) =>
      all.map((one) => ({
        ...one,
        bytes: 100,
        alike: '',
        check: one.check === 'damaged' && one.scheduled ? ('damaged' as const) : ('ok' as const),
      })),
    );
    const lengths = { s: 1000, m: 60_000, h: HOUR, d: DAY, w: 7 * DAY, M: 31 * DAY, y: 366 * DAY };
    const run = (
      retention: VaultRetention,
      existing: PolicyBackup[],
      from: number,
      steps: number,
      rhythm: Pick<Rhythm, 'at' | 'jitter'>,
    ) => {
      const policy = { ...retention, ...rhythm };
      const isNewestSound = existing
        .filter(({ created }) => created <= from)
        .sort((a, b) => a.created - b.created || (a.id < b.id ? -1 : 1))
        .at(-1);
      fc.pre(isNewestSound?.missing !== true && isNewestSound?.check !== 'damaged');
      const finest = Math.min(
        ...(policy.schedules ?? [{ interval: '1d' }]).map(
          ({ interval }) =>
            parseInt(interval) * lengths[interval.slice(-1) as keyof typeof lengths],
        ),
        400 * DAY,
      );
      const until = from + steps * finest;
      const { backups: all } = forecastVault(policy, existing, new Date(from), new Date(until), {
        key: KEY,
      });
      // One dated ahead that is damaged or missing stops all when its time comes, which no forecast tells.
      const sound = existing.filter((one) => one.created <= from || isSound(one));
      const odd = existing.filter((one) => !sound.includes(one)).map(({ id }) => id);
      for (const [time, ids] of lived(policy, sound, [from, until])) {
        assert.deepEqual(idsAt(all, time), [...ids, ...odd].sort(), new Date(time).toISOString());
        for (const one of presentInVault(all, new Date(time))) {
          assert.ok(heldAt(one, new Date(time)).length > 0, one.id);
        }
      }
      for (const { until: end, why } of all) assert.equal(end === undefined, why === undefined);
    };
    const rhythms = fc.record(
      {
        at: fc.constantFrom('00:00', '02:30', '23:59'),
        jitter: fc.constantFrom('1s', '10m', '2h'),
      },
      { requiredKeys: [] },
    );
    // The year's backup is there and makes room at once: when the pinned one's time comes, the year has had its own.
    const madeRoom = [
      backup('2026-11-01T00:00:00Z', { scheduled: false, pinned: true }),
      backup('2026-01-01T00:00:00.001Z', { scheduled: false }),
      backup('2026-01-01T00:00:00Z'),
    ];
    const once = { schedules: [{ interval: '1y', count: 1 }], maxBackups: 1 };
    fc.assert(
      fc.property(policies, given, moments, fc.integer({ min: 0, max: 40 }), rhythms, run),
      { numRuns: 300, examples: [[once, madeRoom, Date.parse('2026-10-25'), 1, {}]] },
    );
    // Each lives through its time: a busy machine takes longer.
  }).timeout(60_000);

  it('one dated ahead is there and held until its time has come, then as any other', () => {
    const ahead = backup('2026-11-24T03:00:00Z');
    const policy = { schedules: [{ interval: '1d', count: 1 }], at: '02:00' };
    const { backups: all } = forecastVault(policy, [ahead], NOW, new Date('2026-12-01T00:00:00Z'));
    const one = all.find(({ id }) => id === ahead.id);
    assert.ok(one);
    assert.equal(one.until?.toISOString(), '2026-11-25T02:00:00.000Z');
    assert.deepEqual(heldAt(one, NOW).includes('future'), true);
    assert.deepEqual(heldAt(one, new Date('2026-11-24T04:00:00Z')), ['1d']);
    assert.deepEqual(idsAt(all, NOW.getTime()), ['1d@1795348800000', ahead.id].sort());
  });

  it('pinned, damaged and missing ones stay, and the rest of the limits is told with its reason', () => {
    const given = [
      backup('2026-11-01T00:00:00Z', { pinned: true }),
      backup('2026-11-02T00:00:00Z', { check: 'damaged' }),
      backup('2026-11-03T00:00:00Z', { missing: true }),
      backup('2026-11-04T00:00:00Z', { scheduled: false }),
      backup('2026-11-22T00:00:00Z'),
    ];
    const policy = { schedules: [{ interval: '1d', count: 2 }], maxBackups: 2 };
    const { backups: all } = forecastVault(policy, given, NOW, new Date('2026-11-30T00:00:00Z'));
    const rows = all
      .slice(0, 5)
      .map(({ until, why, heldBy }) => [heldBy.join(), until?.toISOString().slice(0, 10), why]);
    assert.deepEqual(rows, [
      ['1d,pin', undefined, undefined],
      ['damaged', undefined, undefined],
      ['missing', undefined, undefined],
      ['manual', '2026-11-23', 'more than 2 in all, the oldest goes'],
      ['1d', '2026-11-24', '2 newer of 1d'],
    ]);
  });

  it('coming ones are as big as the newest ten of a schedule in the mean, else as all, and it says so', () => {
    const sized = (bytes: number[], scheduled: boolean) =>
      bytes.map((size, at) =>
        backup(new Date(NOW.getTime() - at * DAY).toISOString(), { bytes: size, scheduled }),
      );
    assert.deepEqual(sizeOfComing([]), { bytes: 0, of: 'none', count: 0 });
    assert.deepEqual(sizeOfComing(sized([10, 20, 31], false)), { bytes: 20, of: 'all', count: 3 });
    const ten = Array.from({ length: 10 }, () => 50);
    const many = [...sized([...ten, 9999], true), ...sized([1], false)];
    assert.deepEqual(sizeOfComing(many), { bytes: 50, of: 'scheduled', count: 10 });
    const damaged = backup('2026-11-22T11:00:00Z', { bytes: 1, check: 'damaged' });
    assert.equal(sizeOfComing([...many, damaged]).bytes, 50);

    const policy = { schedules: [{ interval: '1d', count: 3 }] };
    const made = backup('2026-11-22T00:00:00Z', { bytes: 70 });
    const { backups: all } = forecastVault(policy, [made], NOW, new Date('2026-12-30T00:00:00Z'));
    assert.equal(storageAt(all, NOW), 70);
    assert.equal(storageAt(all, new Date('2026-11-23T12:00:00Z')), 140);
    assert.equal(storageAt(all, new Date('2026-12-24T12:00:00Z')), 210);
  });

  it('a year of hours takes little time', () => {
    const policy = {
      schedules: [
        { interval: '1h', count: 720 },
        { interval: '1d', count: 365 },
      ],
    };
    const zoned = { ...policy, timeZone: 'Europe/Berlin', maxBackups: 900 };
    const end = new Date(NOW.getTime() + 365 * DAY);
    forecastVault(zoned, [], NOW, end);
    const started = process.cpuUsage();
    const { backups: all } = forecastVault(zoned, [], NOW, end);
    const { user, system } = process.cpuUsage(started);
    assert.equal(all.length, 8761);
    const took = (user + system) / 1000;
    assert.ok(took < 1000, `${took} ms of the processor`);
  });
});

function isSound({ missing, check }: PolicyBackup): boolean {
  return !missing && check !== 'damaged';
}
