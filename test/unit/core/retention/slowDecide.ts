import type { PolicyBackup } from '../../../../src/core/policy/policyBackup';
import type { VaultRetention } from '../../../../src/core/retention/decide';

/** What the plain model says. */
export interface SlowDecision {
  kept: string[];
  /** Why nothing goes though something would. */
  stopped: string | undefined;
}

/**
 * The same decision from the sentences of docs/policy.md, worked out the slow way: for each backup all others are
 * looked at, and a date is read from what Intl writes. Shares no code with the fast one, its calendar neither.
 */
export function slowDecide(
  policy: VaultRetention,
  backups: readonly PolicyBackup[],
  now: number,
): SlowDecision {
  const isAside = (b: PolicyBackup) => b.missing || b.check === 'damaged' || b.created > now;
  const counting = backups.filter((b) => !isAside(b));
  const staying = new Set(backups.filter((b) => isAside(b) || b.pinned));

  const byHand = counting.filter((b) => !b.scheduled && !b.pinned);
  for (const b of byHand) {
    const newer = byHand.filter((other) => isNewer(other, b)).length;
    if (policy.manualCount === undefined || newer < policy.manualCount) staying.add(b);
  }
  const scheduled = counting.filter((b) => b.scheduled);
  const schedules = policy.schedules ?? [];
  if (schedules.length === 0) for (const b of scheduled) staying.add(b);
  for (const { interval, count } of schedules) {
    const labelled = scheduled.map((b) => ({
      b,
      label: label(b.created, interval, policy.timeZone ?? 'UTC'),
    }));
    for (const { b, label } of labelled) {
      const same = labelled.filter((other) => other.label === label);
      if (same.some((other) => isNewer(other.b, b))) continue;
      const later = labelled.filter((other) => other.label !== label && isNewer(other.b, b));
      if (new Set(later.map((other) => other.label)).size < count) staying.add(b);
    }
  }
  const verified = counting.filter((b) => b.check === 'ok');
  const safe = verified.find((b) => !verified.some((other) => isNewer(other, b)));
  if (safe !== undefined) staying.add(safe);
  const limited = counting.filter((b) => staying.has(b) && !b.pinned);
  for (const b of limited) {
    const newer = limited.filter((other) => isNewer(other, b)).length;
    if (newer >= (policy.maxBackups ?? Infinity) && b !== safe) staying.delete(b);
  }
  const all = backups.map(({ id }) => id);
  const kept = backups.filter((b) => staying.has(b)).map(({ id }) => id);
  const isSilent =
    schedules.length === 0 && policy.manualCount === undefined && policy.maxBackups === undefined;
  if (isSilent) return { kept: all, stopped: 'noPolicy' };
  if (kept.length === all.length) return { kept, stopped: undefined };
  const stopped = stopOf(policy, backups, now);
  return { kept: stopped === undefined ? kept : all, stopped };
}

function stopOf(
  { smallerBy = 50 }: VaultRetention,
  backups: readonly PolicyBackup[],
  now: number,
): string | undefined {
  const past = backups.filter((b) => b.created <= now);
  const newest = past.find((b) => !past.some((other) => isNewer(other, b)));
  if (newest === undefined) return undefined;
  if (newest.missing) return 'newestMissing';
  if (newest.check !== 'ok') return newest.check === 'none' ? 'newestUnverified' : 'newestDamaged';
  const older = past.filter(
    (b) => b !== newest && b.alike === newest.alike && !b.missing && b.check !== 'damaged',
  );
  const before = older.find((b) => !older.some((other) => isNewer(other, b)));
  if (before === undefined) return undefined;
  return newest.bytes < before.bytes - (before.bytes * smallerBy) / 100
    ? 'newestSmaller'
    : undefined;
}

function isNewer(a: PolicyBackup, b: PolicyBackup): boolean {
  return a.created === b.created ? a.id > b.id : a.created > b.created;
}

const writers = new Map<string, Intl.DateTimeFormat>();

/** The interval of the calendar as text: that of its first unit. */
function label(time: number, interval: string, zone: string): string {
  const [number, unit] = [parseInt(interval, 10), interval.slice(-1)];
  const seconds = { s: 1, m: 60, h: 3600 }[unit];
  if (seconds !== undefined) return `${unit}${Math.floor(time / 1000 / seconds / number)}`;
  const writer =
    writers.get(zone) ??
    new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short', calendar: 'gregory' });
  writers.set(zone, writer);
  const [year = NaN, month = NaN, day = NaN] = writer.format(time).split('-').map(Number);
  if (unit === 'y') return `y${Math.floor(year / number)}`;
  if (unit === 'M') return `M${Math.floor((year * 12 + month - 1) / number)}`;
  // Day 0 is Thursday, 1 January 1970; Monday before it begins week 0.
  const days = Math.round(Date.UTC(year, month - 1, day) / 86_400_000);
  return unit === 'd' ? `d${Math.floor(days / number)}` : `w${Math.floor((days + 3) / 7 / number)}`;
}
