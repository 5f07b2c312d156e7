import { forecast } from './forecast';
import type { ExistingBackup } from './forecast';
import type { RetentionPolicy } from './policy';
import type { RetainedBackup } from './settings';

/** A backup that would stay longer if the policy stayed as it is. */
export interface SoonerBackup {
  backup: RetainedBackup;
  /** When it would have gone; undefined: not within the time looked at. */
  before: Date | undefined;
  after: Date;
  why: string;
}

/** Backups by what they are of, in the order in which they come; those of a platform that names none under ''. */
export function byGroup<T extends { group?: string }>(backups: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const backup of backups) {
    const group = backup.group ?? '';
    groups.set(group, [...(groups.get(group) ?? []), backup]);
  }
  return groups;
}

/**
 * Which of the backups there are go sooner under another policy, by `forecast`, each group by itself.
 *
 * @param time from now on, and how far is looked
 */
export function goingSooner(
  policies: { before: RetentionPolicy; after: RetentionPolicy },
  existing: readonly RetainedBackup[],
  time: { from: Date; until: Date },
): SoonerBackup[] {
  return [...byGroup(existing).values()].flatMap((backups) => {
    const before = endsOf(policies.before, backups, time);
    const after = endsOf(policies.after, backups, time);
    return backups.flatMap((backup) => {
      const [then, now] = [before.get(backup.id)?.until, after.get(backup.id)];
      if (now?.until === undefined || (then !== undefined && now.until >= then)) return [];
      return [{ backup, before: then, after: now.until, why: now.why ?? '' }];
    });
  });
}

function endsOf(
  policy: RetentionPolicy,
  backups: readonly ExistingBackup[],
  { from, until }: { from: Date; until: Date },
) {
  return new Map(forecast(policy, backups, from, until).map((one) => [one.id, one]));
}
