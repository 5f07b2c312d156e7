import type { PolicyConfig } from '../config/policy';
import type { PolicyBackup } from '../policy/policyBackup';
import { dateWords } from './decideWords';
import { stopOf } from './guards';
import { judge } from './judge';
import type { Held } from './judge';
import { indexesByAge } from './order';

/** What of a policy says how long backups are kept. */
export type VaultRetention = Pick<
  PolicyConfig,
  'schedules' | 'manualCount' | 'maxBackups' | 'timeZone' | 'smallerBy'
>;

/** What becomes of one backup, and why. */
export interface RetentionDecision {
  id: string;
  keep: boolean;
  /**
   * What holds it: intervals of schedules as written, in the policy's order; `scheduled` where the policy has none;
   * `manual`; `pin`; `newestVerified` where nothing else does; `damaged`, `missing`, `future` for those that are set
   * aside; `guard` where it would go and a guard stops it.
   */
  holds: readonly string[];
  /** In words, for a row: "newest of its day (1d, 3rd of 7), …" or "6 newer of 1h". */
  why: string;
}

/** Why nothing goes for now, though something would. */
export interface RetentionStop {
  code: 'noPolicy' | 'newestUnverified' | 'newestDamaged' | 'newestMissing' | 'newestSmaller';
  text: string;
  next: string;
}

export interface RetentionDecisions {
  /** In the order in which the backups came. */
  decisions: RetentionDecision[];
  stopped?: RetentionStop;
}

/**
 * Which backups are kept under a policy, and why: a pure function of backups, policy and clock.
 *
 * Set aside, kept and counted nowhere, are damaged and missing ones (until a person deletes them) and those dated after
 * `now` (the clock was ahead, or was set back; until their time has come). Of the others
 *
 * - a schedule holds the scheduled ones that are the newest of one of its newest `count` intervals with a backup; all
 *   scheduled ones are held where the policy has no schedule;
 * - the newest `manualCount` made by hand are held, all where it is left out;
 * - pinned ones are held for ever. They stand for their interval, so that pinning changes nothing for others there, and
 *   count neither for `manualCount` nor for `maxBackups`;
 * - of those held, the oldest go where they are more than `maxBackups`;
 * - the newest verified one never goes, and none at all while `stopOf` says so.
 *
 * @param given the policy, where there is one
 * @returns decisions in the order of `backups`, which matters for nothing else; equal times are told apart by id
 * @throws RangeError where the policy's time zone is none
 */
export function decide(
  given: VaultRetention | undefined,
  backups: readonly PolicyBackup[],
  now: Date,
): RetentionDecisions {
  const policy = given ?? {};
  const time = now.getTime();
  const words = dateWords(now, policy.timeZone);
  const indexes = indexesByAge(backups);
  const byAge: PolicyBackup[] = [];
  for (const index of indexes) byAge.push(backups[index] as PolicyBackup);
  const { held, goesBy } = judge(policy, byAge, { time, words });
  const stopped = isSilent(policy)
    ? NO_POLICY
    : held.includes(undefined)
      ? stopOf(
          policy,
          byAge.slice(0, byAge.findLastIndex(({ created }) => created <= time) + 1),
          words,
        )
      : undefined;
  const decisions = new Array<RetentionDecision>(backups.length);
  for (let at = 0; at < byAge.length; at += 1) {
    const { id } = byAge[at] as PolicyBackup;
    decisions[indexes[at] as number] = told(id, held[at] ?? goesBy(at), stopped);
  }
  return stopped === undefined ? { decisions } : { decisions, stopped };
}

const NO_POLICY: RetentionStop = {
  code: 'noPolicy',
  text: 'No policy says how long backups are kept, so all stay.',
  next: 'Add schedules, manualCount or maxBackups to the policy of the cluster.',
};

/** What holds many at once is told by one list: a hundred thousand of them take their time. */
const NOTHING: readonly string[] = Object.freeze([]);
const GUARD: readonly string[] = Object.freeze(['guard']);

function isSilent({ schedules = [], manualCount, maxBackups }: VaultRetention): boolean {
  return schedules.length === 0 && manualCount === undefined && maxBackups === undefined;
}

/** @param what what holds it, or why it goes */
function told(
  id: string,
  what: Held | string,
  stopped: RetentionStop | undefined,
): RetentionDecision {
  if (typeof what !== 'string') {
    return { id, keep: true, holds: what.holds, why: what.why.join(', ') };
  }
  if (stopped === undefined) return { id, keep: false, holds: NOTHING, why: what };
  return { id, keep: true, holds: GUARD, why: `kept for now; then it goes: ${what}` };
}
