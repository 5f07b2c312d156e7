import type { PolicyBackup } from '../policy/policyBackup';
import type { RetentionStop, VaultRetention } from './decide';
import type { DateWords } from './decideWords';

/** How much smaller, in percent, the newest backup may be than the one before where the policy does not say. */
export const SMALLER_BY = 50;

/** Whether a backup counts as one at all: its content lies there and no check has found it damaged. */
export function isSound({ missing, check }: PolicyBackup): boolean {
  return !missing && check !== 'damaged';
}

/** Whether a backup is known to be good. */
export function isVerified({ missing, check }: PolicyBackup): boolean {
  return !missing && check === 'ok';
}

/**
 * Why nothing may go while the newest backup is what it is; undefined where it is as it should be.
 *
 * @param backups oldest first, none of them dated after now
 */
export function stopOf(
  { smallerBy = SMALLER_BY }: Pick<VaultRetention, 'smallerBy'>,
  backups: readonly PolicyBackup[],
  words: DateWords,
): RetentionStop | undefined {
  const newest = backups.at(-1);
  if (newest === undefined) return undefined;
  const made = `The newest backup, of ${words.moment(newest.created)},`;
  const another = 'make another backup';
  if (newest.missing) {
    return {
      code: 'newestMissing',
      text: `${made} has lost its file.`,
      next: `Bring the file back, or delete the entry and ${another}.`,
    };
  }
  if (newest.check === 'damaged') {
    return {
      code: 'newestDamaged',
      text: `${made} is damaged.`,
      next: `Find out what damaged it, and ${another}; then prune again.`,
    };
  }
  if (newest.check === 'none') {
    return {
      code: 'newestUnverified',
      text: `${made} was never verified.`,
      next: 'Verify it; where it is sound, prune again.',
    };
  }
  const before = oneBefore(backups, newest);
  if (before === undefined) return undefined;
  const less = before.bytes - newest.bytes;
  if (less * 100 <= before.bytes * smallerBy) return undefined;
  const percent = Math.floor((less * 100) / before.bytes);
  return {
    code: 'newestSmaller',
    text: `${made} is ${percent} % smaller than the one before, of ${words.moment(before.created)}; up to ${smallerBy} % is taken for usual.`,
    next: `See whether something is gone from the cluster. If all is well, ${another}, or set smallerBy higher.`,
  };
}

/** The newest sound one of the same kind that is older. */
function oneBefore(
  backups: readonly PolicyBackup[],
  newest: PolicyBackup,
): PolicyBackup | undefined {
  for (let at = backups.length - 2; at >= 0; at -= 1) {
    const backup = backups[at] as PolicyBackup;
    if (backup.alike === newest.alike && isSound(backup)) return backup;
  }
  return undefined;
}
