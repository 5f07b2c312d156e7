import type { PolicyConfig } from '../config/policy';
import type { PolicyBackup } from '../policy/policyBackup';
import { dateWords, span } from './decideWords';
import type { DateWords } from './decideWords';
import { isSound, isVerified, stopOf } from './guards';
import { placesOf, soundSchedules } from './holds';
import type { SoundSchedule } from './holds';
import { beyond } from './limits';

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
  holds: string[];
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
  const byAge = [...backups].sort(olderFirst);
  const past = byAge.filter(({ created }) => created <= time);
  const verdicts = new Map<PolicyBackup, Verdict>();
  for (const backup of byAge) verdicts.set(backup, { holds: [], why: [], goesBy: [] });
  judge(policy, past.filter(isSound), { verdicts, words });
  for (const backup of byAge) {
    if (backup.created > time || !isSound(backup))
      setAside(backup, time, verdictOf(verdicts, backup));
  }
  const isGoing = ({ holds }: Verdict) => holds.length === 0;
  let stopped: RetentionStop | undefined;
  if (isSilent(policy)) stopped = NO_POLICY;
  else if ([...verdicts.values()].some(isGoing)) stopped = stopOf(policy, past, words);
  const decisions = backups.map((backup): RetentionDecision => {
    const { holds, why, goesBy } = verdictOf(verdicts, backup);
    if (holds.length > 0) return { id: backup.id, keep: true, holds, why: why.join(', ') };
    const goes = goesBy.join(', ');
    if (stopped === undefined) return { id: backup.id, keep: false, holds, why: goes };
    return {
      id: backup.id,
      keep: true,
      holds: ['guard'],
      why: `kept for now; then it goes: ${goes}`,
    };
  });
  return stopped === undefined ? { decisions } : { decisions, stopped };
}

/** Backups in the order in which retention sees them: equal times are told apart by id. */
export function olderFirst(a: PolicyBackup, b: PolicyBackup): number {
  return a.created - b.created || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

const NO_POLICY: RetentionStop = {
  code: 'noPolicy',
  text: 'No policy says how long backups are kept, so all stay.',
  next: 'Add schedules, manualCount or maxBackups to the policy of the cluster.',
};

/** What is being found out about a backup: it stays where something holds it. */
interface Verdict {
  holds: string[];
  /** Why it stays. */
  why: string[];
  /** Why it goes where nothing holds it. */
  goesBy: string[];
}

interface Court {
  verdicts: Map<PolicyBackup, Verdict>;
  words: DateWords;
}

function verdictOf(verdicts: Map<PolicyBackup, Verdict>, backup: PolicyBackup): Verdict {
  return verdicts.get(backup) as Verdict;
}

function isSilent(policy: VaultRetention): boolean {
  const { schedules = [], manualCount, maxBackups } = policy;
  return schedules.length === 0 && manualCount === undefined && maxBackups === undefined;
}

/** @param backups oldest first, those that count */
function judge(policy: VaultRetention, backups: readonly PolicyBackup[], court: Court): void {
  const { manualCount, maxBackups } = policy;
  judgeScheduled(
    policy,
    backups.filter(({ scheduled }) => scheduled),
    court,
  );
  const byHand = backups.filter(({ scheduled, pinned }) => !scheduled && !pinned);
  judgeByHand(byHand, manualCount, court);
  const held = (backup: PolicyBackup) => verdictOf(court.verdicts, backup);
  for (const backup of backups) {
    if (backup.pinned) hold(held(backup), 'pin', 'pinned');
  }
  const newest = backups.findLast(isVerified);
  const safe = newest === undefined ? undefined : held(newest);
  if (safe?.holds.length === 0) hold(safe, 'newestVerified', NEWEST_VERIFIED);
  const limited = backups.filter((backup) => !backup.pinned && held(backup).holds.length > 0);
  for (const backup of beyond(limited, maxBackups)) {
    const verdict = held(backup);
    verdict.holds = [];
    verdict.goesBy = [`${maxBackups} at most, the oldest goes`];
    if (verdict !== safe) continue;
    verdict.why = [];
    hold(verdict, 'newestVerified', NEWEST_VERIFIED);
  }
}

const NEWEST_VERIFIED = 'the newest verified one always stays';

function hold(verdict: Verdict, by: string, why: string): void {
  verdict.holds.push(by);
  verdict.why.push(why);
}

function judgeScheduled(
  { schedules = [], timeZone }: VaultRetention,
  backups: readonly PolicyBackup[],
  { verdicts, words }: Court,
): void {
  const sound = soundSchedules({ schedules }, { whose: 'vault' });
  if (sound.length === 0) {
    for (const backup of backups) {
      hold(
        verdictOf(verdicts, backup),
        'scheduled',
        'made by a schedule, no number of them is set',
      );
    }
  }
  const times = backups.map(({ created }) => created);
  for (const schedule of sound) {
    const places = placesOf(times, schedule.rhythm, timeZone);
    const intervals = (places.at(-1)?.interval ?? -1) + 1;
    const [isOlder, isTooMany] = reasons(schedule);
    places.forEach(({ interval, isNewest }, at) => {
      const backup = backups[at] as PolicyBackup;
      const verdict = verdictOf(verdicts, backup);
      const place = intervals - interval;
      if (!isNewest) verdict.goesBy.push(isOlder);
      else if (place > schedule.count) verdict.goesBy.push(isTooMany);
      else {
        const which = words.interval(backup.created, schedule.rhythm);
        const rank = `${schedule.interval}, ${place} of ${schedule.count}`;
        hold(verdict, schedule.interval, `newest of ${which} (${rank})`);
      }
    });
  }
}

/** Why a schedule holds a backup no longer. */
function reasons({ interval, count, rhythm }: SoundSchedule): [string, string] {
  return [`a newer one in the same ${span(rhythm)} (${interval})`, `${count} newer of ${interval}`];
}

/** @param backups oldest first, none of them pinned */
function judgeByHand(
  backups: readonly PolicyBackup[],
  manualCount: number | undefined,
  { verdicts }: Court,
): void {
  backups.forEach((backup, at) => {
    const newer = backups.length - at - 1;
    const verdict = verdictOf(verdicts, backup);
    if (newer < (manualCount ?? Infinity)) {
      hold(
        verdict,
        'manual',
        manualCount === undefined ? 'made by hand' : `made by hand, ${newer + 1} of ${manualCount}`,
      );
    } else if (manualCount === 0) verdict.goesBy.push('none made by hand is kept');
    else verdict.goesBy.push(`more than ${manualCount} made by hand: ${newer} newer ones`);
  });
}

function setAside(
  { created, check, missing, pinned }: PolicyBackup,
  now: number,
  verdict: Verdict,
): void {
  if (pinned) hold(verdict, 'pin', 'pinned');
  if (check === 'damaged') hold(verdict, 'damaged', 'damaged: it stays until a person deletes it');
  if (missing) hold(verdict, 'missing', 'its file is missing: it stays until a person deletes it');
  if (created > now) hold(verdict, 'future', 'dated after now: it stays until its time has come');
}
