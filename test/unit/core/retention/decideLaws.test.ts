import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { PolicyBackup } from '../../../../src/core/policy/policyBackup';
import { decide } from '../../../../src/core/retention/decide';
import type { VaultRetention } from '../../../../src/core/retention/decide';
import { backups, moments, policies, soundBackups } from './policies';
import { slowDecide } from './slowDecide';

const RUNS = { numRuns: 400 };

function kept(policy: VaultRetention, all: readonly PolicyBackup[], now: number): Set<string> {
  const { decisions } = decide(policy, all, new Date(now));
  return new Set(decisions.filter(({ keep }) => keep).map(({ id }) => id));
}

function assertWithin(some: Set<string>, all: Set<string>): void {
  for (const id of some) assert.ok(all.has(id), `${id} goes`);
}

describe('Retention: laws of the decision', () => {
  it('is what the plain slow model says, and each row says why', () => {
    const seen = new Map<string, number>();
    const run = (given: VaultRetention, all: PolicyBackup[], now: number) => {
      const { decisions, stopped } = decide(given, all, new Date(now));
      const slow = slowDecide(given, all, now);
      assert.equal(stopped?.code, slow.stopped);
      assert.deepEqual(
        decisions.filter(({ keep }) => keep).map(({ id }) => id),
        slow.kept,
      );
      for (const [at, { id, keep, holds, why }] of decisions.entries()) {
        assert.equal(id, all[at]?.id);
        assert.equal(keep, holds.length > 0);
        assert.match(why, /^\S.*\S$/);
      }
      const kind = stopped?.code ?? (slow.kept.length < all.length ? 'goes' : 'stays');
      seen.set(kind, (seen.get(kind) ?? 0) + 1);
    };
    fc.assert(fc.property(policies, backups, moments, run), { numRuns: 1500 });
    // Else the property would prove little.
    for (const kind of ['goes', 'stays', 'noPolicy', 'newestUnverified', 'newestDamaged']) {
      assert.ok((seen.get(kind) ?? 0) > 0, kind);
    }
    for (const kind of ['newestMissing', 'newestSmaller']) {
      assert.ok((seen.get(kind) ?? 0) > 0, kind);
    }
  });

  it('deciding again over what was kept keeps all of it', () => {
    const run = (given: VaultRetention, all: PolicyBackup[], now: number) => {
      const first = kept(given, all, now);
      const left = all.filter(({ id }) => first.has(id));
      assert.deepEqual(kept(given, left, now), first);
    };
    fc.assert(fc.property(policies, backups, moments, run), RUNS);
  });

  it('the order in which backups come does not matter', () => {
    const shuffled = backups.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );
    const run = (given: VaultRetention, [a, b]: PolicyBackup[][], now: number) => {
      assert.deepEqual(kept(given, a ?? [], now), kept(given, b ?? [], now));
    };
    fc.assert(fc.property(policies, shuffled, moments, run), RUNS);
  });

  it('pinning one never makes another go', () => {
    const run = (given: VaultRetention, all: PolicyBackup[], now: number, which: number) => {
      const pinned = all.map((one, at) => (at === which ? { ...one, pinned: true } : one));
      assertWithin(kept(given, all, now), kept(given, pinned, now));
    };
    fc.assert(fc.property(policies, backups, moments, fc.nat({ max: 23 }), run), RUNS);
  });

  it('a greater count, or none for what is made by hand, never makes one go', () => {
    const run = (given: VaultRetention, all: PolicyBackup[], now: number, more: number) => {
      const { schedules, manualCount, maxBackups } = given;
      const greater = [
        { ...given, ...(manualCount === undefined ? {} : { manualCount: manualCount + more }) },
        { ...given, ...(maxBackups === undefined ? {} : { maxBackups: maxBackups + more }) },
        ...(schedules ?? []).map((_, which) => ({
          ...given,
          maxBackups: undefined,
          schedules: schedules?.map((one, at) =>
            at === which ? { ...one, count: one.count + more } : one,
          ),
        })),
        { ...given, manualCount: undefined, maxBackups: undefined },
      ];
      // Whoever holds more reaches a limit of all sooner: the oldest make way, as it says.
      const free = { ...given, maxBackups: undefined };
      greater.forEach((other, at) => {
        const before = at === 1 ? given : free;
        const after = at === 1 ? other : { ...other, maxBackups: undefined };
        assertWithin(kept(before, all, now), kept(after, all, now));
      });
    };
    fc.assert(fc.property(policies, backups, moments, fc.integer({ min: 1, max: 4 }), run), RUNS);
  });

  it('never leaves a vault empty, and the newest verified one stays', () => {
    const run = (given: VaultRetention, all: PolicyBackup[], now: number) => {
      const left = kept(given, all, now);
      assert.equal(left.size === 0, all.length === 0);
      const verified = all
        .filter(({ created, check, missing }) => created <= now && check === 'ok' && !missing)
        .sort((a, b) => a.created - b.created || (a.id < b.id ? -1 : 1));
      const newest = verified.at(-1);
      assert.ok(newest === undefined || left.has(newest.id));
    };
    fc.assert(fc.property(policies, backups, moments, run), RUNS);
  });

  it('damaged ones, missing ones and those dated after now stay and change nothing for others', () => {
    const run = (given: VaultRetention, all: PolicyBackup[], now: number, which: number) => {
      const others = all.filter((_, at) => at !== which);
      const one = all[which];
      if (one === undefined) return;
      // As the oldest: the newest stops everything if it is damaged or missing.
      const oldest = Math.min(...all.map(({ created }) => created), now) - 1;
      const asides = [
        { ...one, created: oldest, check: 'damaged' as const },
        { ...one, created: oldest, missing: true },
        { ...one, created: now + 1 },
      ];
      const left = kept(given, others, now);
      for (const aside of asides) {
        assert.deepEqual(kept(given, [...others, aside], now), new Set([...left, one.id]));
      }
    };
    fc.assert(fc.property(policies, backups, moments, fc.nat({ max: 23 }), run), RUNS);
  });

  it('a clock set back or forward makes none go that stayed before, where nothing else has changed', () => {
    const run = (given: VaultRetention, all: PolicyBackup[], now: number, hours: number) => {
      const past = all.filter(({ created }) => created <= now);
      const left = past.filter(({ id }) => kept(given, past, now).has(id));
      const ids = new Set(left.map(({ id }) => id));
      assert.deepEqual(kept(given, left, now + Math.abs(hours) * 3_600_000), ids, 'forward');
      assert.deepEqual(kept(given, left, now - Math.abs(hours) * 3_600_000), ids, 'back');
    };
    const hours = fc.integer({ min: 1, max: 24 * 400 });
    fc.assert(fc.property(policies, soundBackups, moments, hours, run), RUNS);
  });
});
