import type { PolicyConfig } from '../../../../src/core/config/policy';
import type { Calendar } from './calendar';

/** A backup as the model remembers it. Times are in milliseconds since 1970, by the clock of that time. */
export interface Remembered {
  created: number;
  byHand: boolean;
  pinned: boolean;
  bytes: number;
  check: 'ok' | 'damaged';
  checked: number;
  /** A bit of its file has turned, whether or not a check has seen it. */
  rotten: boolean;
  missing: boolean;
}

/** What a prune does to these backups, one sentence of the policy's description after the other. */
export function whatGoes(
  policy: PolicyConfig,
  calendar: Calendar,
  all: readonly Remembered[],
  now: number,
): { goes: Remembered[]; stopped: string | undefined } {
  const newestFirst = [...all].sort((a, b) => b.created - a.created);
  // "Backups dated after now are set aside until their time has come."
  const past = newestFirst.filter(({ created }) => created <= now);
  // "Damaged and missing ones are set aside: kept until a person deletes them, never counted."
  const sound = past.filter(({ check, missing }) => check === 'ok' && !missing);

  const held = new Set<Remembered>();
  // "Pinned: held for ever; it still fills its interval, but does not count for manualCount and maxBackups."
  for (const backup of sound) if (backup.pinned) held.add(backup);

  // "Schedules hold only scheduled backups: the newest of each interval, the newest `count` intervals that have one."
  for (const { interval, count } of policy.schedules ?? []) {
    const seen = new Set<string>();
    for (const backup of sound.filter(({ byHand }) => !byHand)) {
      const name = calendar.nameOf(backup.created, interval);
      if (seen.has(name)) continue;
      seen.add(name);
      if (seen.size <= count) held.add(backup);
    }
  }

  // "manualCount: newest N by hand, all where left out."
  let manual = 0;
  for (const backup of sound.filter(({ byHand, pinned }) => byHand && !pinned)) {
    manual += 1;
    if (manual <= (policy.manualCount ?? Infinity)) held.add(backup);
  }

  // "Above maxBackups the oldest go first, whoever made them."
  const counted = sound.filter((backup) => held.has(backup) && !backup.pinned);
  for (const backup of counted.slice(policy.maxBackups ?? Infinity)) held.delete(backup);

  // "Never the newest verified backup."
  if (sound[0] !== undefined) held.add(sound[0]);

  const goes = sound.filter((backup) => !held.has(backup)).reverse();
  const stopped = whyNothing(policy, past);
  return { goes: stopped === undefined ? goes : [], stopped };
}

/** "Nothing at all goes while the newest is damaged, missing, or much smaller than the one before." */
function whyNothing(policy: PolicyConfig, past: readonly Remembered[]): string | undefined {
  const [newest, ...older] = past;
  if (newest === undefined) return undefined;
  if (newest.missing) return 'newest missing';
  if (newest.check === 'damaged') return 'newest damaged';
  const before = older.find(({ check, missing }) => check === 'ok' && !missing);
  if (before === undefined) return undefined;
  const lost = 100 * (1 - newest.bytes / before.bytes);
  return lost > (policy.smallerBy ?? 50) ? 'newest smaller' : undefined;
}
