import type { VaultRetention } from './decide';
import { span } from './decideWords';
import type { DateWords } from './decideWords';
import { soundSchedules } from './holds';
import type { SoundSchedule } from './holds';
import type { Hold } from './judge';
import { placesOf } from './places';
import type { Places } from './places';

/** The scheduled backups that count, oldest first. */
interface Scheduled {
  indexes: readonly number[];
  /** Milliseconds since 1970. */
  times: readonly number[];
  /** Which of them the backup of an index is. */
  places: Uint32Array;
  words: DateWords;
}

/** Why the backup of an index goes, where nothing holds it. */
type WhyGone = (index: number) => string;

/** What schedules hold; all of them where there is no schedule. */
export function judgeScheduled(
  { schedules = [], timeZone }: VaultRetention,
  { indexes, times, places: orders, words }: Scheduled,
  hold: Hold,
): WhyGone {
  const sound = soundSchedules({ schedules }, { whose: 'vault' });
  if (sound.length === 0) {
    for (const index of indexes) hold(index, 'scheduled', 'made by a schedule; no number is set');
  }
  const judged = sound.map((schedule) => ({
    schedule,
    places: placesOf(times, schedule.rhythm, timeZone),
  }));
  for (const { schedule, places } of judged) {
    const { interval, count, rhythm } = schedule;
    // Few of many are held: the newest.
    for (let at = indexes.length - 1; at >= 0; at -= 1) {
      const rank = rankOf(places, at);
      if (rank > count) break;
      if (places.isNewest[at] === 0) continue;
      const which = words.interval(times[at] ?? NaN, rhythm);
      hold(
        indexes[at] as number,
        interval,
        `newest of ${which} (${interval}, ${rank} of ${count})`,
      );
    }
  }
  const reasons = new Reasons(judged.map(({ schedule }) => reasonsOf(schedule)));
  const newest = judged.map(({ places }) => places.isNewest);
  return (index) => reasons.of(newest, orders[index] ?? 0);
}

/** The newest `manualCount` made by hand are held. @param indexes oldest first, of those that count and are not pinned */
export function judgeByHand(
  { manualCount }: VaultRetention,
  indexes: readonly number[],
  hold: Hold,
): WhyGone {
  const ranks = new Map<number, number>();
  indexes.forEach((index, at) => {
    const rank = indexes.length - at;
    if (manualCount === undefined) hold(index, 'manual', 'made by hand');
    else if (rank > manualCount) ranks.set(index, rank);
    else hold(index, 'manual', `made by hand (${rank} of ${manualCount})`);
  });
  return (index) => {
    if (manualCount === 0) return 'none made by hand is kept';
    return `more than ${manualCount} made by hand: ${(ranks.get(index) ?? NaN) - 1} newer ones`;
  };
}

/** How many of the newest intervals with a backup reach down to that one: 1 for the newest. */
function rankOf({ intervals, count }: Places, at: number): number {
  return count - (intervals[at] ?? NaN);
}

/** How the first of the two reasons begins; said once where several schedules follow one another with it. */
const SAME = 'a newer one in the same ';

/** Why a schedule does not hold a backup: it is not the newest of its interval, or that is too long ago. */
function reasonsOf({ interval, count, rhythm }: SoundSchedule): [string, string] {
  return [`${SAME}${span(rhythm)} (${interval})`, `${count} newer of ${interval}`];
}

interface Joined {
  text: string;
  /** The last of them begins with `SAME`. */
  same: boolean;
  /** The same with one of the next schedule's two reasons. */
  next: [Joined | undefined, Joined | undefined];
}

/** Reasons of several schedules joined: few differ among many backups, so each is put together once. */
class Reasons {
  private readonly none: Joined = { text: '', same: false, next: [undefined, undefined] };

  constructor(private readonly texts: readonly (readonly [string, string])[]) {}

  /** @param which for each schedule: which of its two reasons is meant, for all backups */
  of(which: readonly Uint8Array[], at: number): string {
    let joined = this.none;
    for (let schedule = 0; schedule < which.length; schedule += 1) {
      const reason = which[schedule]?.[at] === 1 ? 1 : 0;
      joined = joined.next[reason] ??= this.join(joined, this.texts[schedule]?.[reason] ?? '');
    }
    return joined.text;
  }

  private join({ text, same: wasSame }: Joined, reason: string): Joined {
    const same = reason.startsWith(SAME);
    const said = same && wasSame ? reason.slice(SAME.length) : reason;
    return { text: text === '' ? said : `${text}, ${said}`, same, next: [undefined, undefined] };
  }
}
