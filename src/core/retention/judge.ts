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
  const of = (index: number) => byAge[index] as PolicyBackup;
  const scheduled = { indexes: [] as number[], times: [] as number[] };
  /** Which of the scheduled ones each is. */
  const places = new Uint32Array(byAge.length);
  const byHand: number[] = [];
  const pins: number[] = [];
  const aside: number[] = [];
  let newest = -1;
  // One round for all of that, as many backups have to be looked at.
  for (let index = 0; index < byAge.length; index += 1) {
    const backup = of(index);
    const isCounted = backup.created <= time && isSound(backup);
    if (!isCounted) aside.push(index);
    else if (backup.scheduled) {
      places[index] = scheduled.indexes.length;
      scheduled.indexes.push(index);
      scheduled.times.push(backup.created);
    } else if (!backup.pinned) byHand.push(index);
    if (isCounted && backup.pinned) pins.push(index);
    if (isCounted && isVerified(backup)) newest = index;
  }
  const whyScheduled = judgeScheduled(policy, { ...scheduled, places, words }, hold);
  const whyByHand = judgeByHand(policy, byHand, hold);
  for (const index of pins) hold(index, 'pin', 'pinned');
  if (newest >= 0 && held[newest] === undefined) hold(newest, ...NEWEST);
  const { maxBackups } = policy;
  const beyondLimit = new Set(
    maxBackups === undefined ? [] : beyond(limitedOf(byAge, held), maxBackups),
  );
  for (const index of beyondLimit) {
    held[index] = undefined;
    if (index === newest) hold(index, ...NEWEST);
  }
  for (const index of aside) setAside(index, of(index), { hold, time });
  return {
    held,
    goesBy: (index) => {
      if (beyondLimit.has(index)) return `${maxBackups} at most, the oldest goes`;
      return of(index).scheduled ? whyScheduled(index) : whyByHand(index);
    },
  };
}

/** Those that `maxBackups` counts, oldest first. @param held what holds those that are not set aside */
function limitedOf(byAge: readonly PolicyBackup[], held: readonly (Held | undefined)[]): number[] {
  const limited: number[] = [];
  for (let index = 0; index < held.length; index += 1) {
    if (held[index] !== undefined && byAge[index]?.pinned === false) limited.push(index);
  }
  return limited;
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
