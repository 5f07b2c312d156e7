import type { PolicyBackup } from '../policy/policyBackup';
import type { VaultRetention } from './decide';
import type { DateWords } from './decideWords';
import { isSound, isVerified } from './guards';
import { judgeByHand, judgeScheduled } from './judgeKinds';
import { beyond } from './limits';

/** What holds a backup, and how that is said. */
export interface Held {
  holds: string[];
  why: string[];
}

/** What becomes of backups, by their index. */
export interface Judgement {
  /** Undefined for one that goes. */
  held: (Held | undefined)[];
  /** Why one goes. */
  goesBy: (index: number) => string;
}

/** Notes that something holds the backup of that index. */
export type Hold = (index: number, by: string, why: string) => void;

const NEWEST = ['newestVerified', 'the newest verified one always stays'] as const;

/**
 * What a policy holds, by the rules that `decide` tells; of its guards the one of the newest verified one only.
 *
 * @param byAge oldest first
 */
export function judge(
  policy: VaultRetention,
  byAge: readonly PolicyBackup[],
  { time, words }: { time: number; words: DateWords },
): Judgement {
  const held = new Array<Held | undefined>(byAge.length).fill(undefined);
  const hold: Hold = (index, by, why) => {
    const one = (held[index] ??= { holds: [], why: [] });
    one.holds.push(by);
    one.why.push(why);
  };
  const counted: number[] = [];
  byAge.forEach((backup, index) => {
    if (backup.created <= time && isSound(backup)) counted.push(index);
  });
  const of = (index: number) => byAge[index] as PolicyBackup;
  const scheduled = counted.filter((index) => of(index).scheduled);
  const byHand = counted.filter((index) => !of(index).scheduled && !of(index).pinned);
  const times = scheduled.map((index) => of(index).created);
  const whyScheduled = judgeScheduled(policy, { indexes: scheduled, times, words }, hold);
  const whyByHand = judgeByHand(policy, byHand, hold);
  for (const index of counted) if (of(index).pinned) hold(index, 'pin', 'pinned');
  const newest = counted.findLast((index) => isVerified(of(index)));
  if (newest !== undefined && held[newest] === undefined) hold(newest, ...NEWEST);
  const { maxBackups } = policy;
  const limited = counted.filter((index) => held[index] !== undefined && !of(index).pinned);
  const beyondLimit = new Set(beyond(limited, maxBackups));
  for (const index of beyondLimit) {
    held[index] = undefined;
    if (index === newest) hold(index, ...NEWEST);
  }
  byAge.forEach((backup, index) => {
    if (backup.created > time || !isSound(backup)) setAside(index, backup, { hold, time });
  });
  return {
    held,
    goesBy: (index) => {
      if (beyondLimit.has(index)) return `${maxBackups} at most, the oldest goes`;
      return of(index).scheduled ? whyScheduled(index) : whyByHand(index);
    },
  };
}

function setAside(
  index: number,
  { created, check, missing, pinned }: PolicyBackup,
  { hold, time }: { hold: Hold; time: number },
): void {
  const forPerson = 'it stays until a person deletes it';
  if (pinned) hold(index, 'pin', 'pinned');
  if (check === 'damaged') hold(index, 'damaged', `damaged: ${forPerson}`);
  if (missing) hold(index, 'missing', `its file is missing: ${forPerson}`);
  if (created > time) hold(index, 'future', 'dated after now: it stays until its time has come');
}
