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
  words: DateWords;
}

/** Why the backup of an index goes, where nothing holds it. */
type WhyGone = (index: number) => string;

/** What schedules hold; all of them where there is no schedule. */
export function judgeScheduled(
  { schedules = [], timeZone }: VaultRetention,
  { indexes, times, words }: Scheduled,
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
    indexes.forEach((index, at) => {
      const rank = rankOf(places, at);
      if (places.isNewest[at] === 0 || rank > count) return;
      const which = words.interval(times[at] ?? NaN, rhythm);
      hold(index, interval, `newest of ${which} (${interval}, ${rank} of ${count})`);
    });
  }
  const reasons = new Reasons(judged.map(({ schedule }) => reasonsOf(schedule)));
  const orders = new Map(indexes.map((index, at) => [index, at]));
  return (index) => {
    const at = orders.get(index) ?? NaN;
    return reasons.of((schedule) => judged[schedule]?.places.isNewest[at] ?? 0);
  };
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

/** Why a schedule does not hold a backup: it is not the newest of its interval, or that is too long ago. */
function reasonsOf({ interval, count, rhythm }: SoundSchedule): [string, string] {
  return [`a newer one in the same ${span(rhythm)} (${interval})`, `${count} newer of ${interval}`];
}

/** Reasons of several schedules joined: few differ among many backups, so each is put together once. */
class Reasons {
  private readonly joined = new Map<string, string>();

  constructor(private readonly texts: readonly (readonly [string, string])[]) {}

  /** @param which of the two reasons of a schedule is meant */
  of(which: (schedule: number) => number): string {
    const chosen = this.texts.map((_, schedule) => (which(schedule) === 0 ? 0 : 1));
    const key = chosen.join('');
    let text = this.joined.get(key);
    if (text === undefined) {
      text = this.texts.map((texts, schedule) => texts[chosen[schedule] ?? 0]).join(', ');
      this.joined.set(key, text);
    }
    return text;
  }
}
