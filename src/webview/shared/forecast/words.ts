import { heldAt } from '../../../core/retention/forecast';
import type { ForecastBackup } from '../../../core/retention/forecast';
import { intervalWords, parseInterval } from '../../../core/retention/interval';
import type { RetentionPolicy } from '../../../core/retention/policy';
import { counted, spanText } from '../format';
import type { Lane } from './timeline';

/** `every day`; what is no interval stands as it is. */
export function rhythm(interval: string): string {
  const parsed = parseInterval(interval, 'vault');
  return parsed === undefined ? `“${interval}”` : intervalWords(parsed);
}

/** What a lane of the time line is called. */
export function laneTitle(id: string, { schedules, manualCount }: RetentionPolicy): string {
  if (id === 'pin') return 'Pinned, kept for ever';
  if (id === 'aside') return 'Set aside: damaged, missing or dated in the future';
  if (id === 'none') return 'Automatic, kept by no schedule';
  if (id === 'manual') {
    return manualCount === undefined ? 'By hand' : `By hand, the newest ${manualCount} kept`;
  }
  const count = schedules.find(({ interval }) => interval === id)?.count;
  return upper(count === undefined ? rhythm(id) : `${rhythm(id)}, the newest ${count} kept`);
}

/** A policy in a sentence. */
export function policyText({ schedules, manualCount, maxBackups }: RetentionPolicy): string {
  const parts = schedules.map(({ interval, count }) => `${rhythm(interval)} × ${count}`);
  const words = [parts.length === 0 ? 'no automatic backups' : parts.join(', ')];
  if (manualCount !== undefined) words.push(`${manualCount} made by hand`);
  if (maxBackups !== undefined) words.push(`${maxBackups} in all`);
  return `${upper(words.join('; '))}.`;
}

/** A date and its time, in the person's own zone. */
export function momentText(date: Date, locale?: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(date);
}

/** `12 backups, the oldest of 3 Apr 2026 (30 days old), the newest of 2 May 2026 (3 hours old)`. */
export function summary(backups: readonly ForecastBackup[], at: Date): string {
  const [oldest] = backups;
  const newest = backups.at(-1);
  if (oldest === undefined || newest === undefined) return 'no backup';
  if (oldest === newest) return `1 backup, of ${agedText(oldest, at)}`;
  return `${counted(backups.length, 'backup')}, the oldest of ${agedText(oldest, at)}, the newest of ${agedText(newest, at)}`;
}

function agedText({ made }: ForecastBackup, at: Date): string {
  return `${momentText(made)} (${ageAt(made, at)})`;
}

/** How old something is at a date. */
export function ageAt(made: Date, at: Date): string {
  return `${spanText(Math.max(0, (at.getTime() - made.getTime()) / 1000))} old`;
}

/** What the slider says of the date that it stands on. */
export function dateText(
  at: Date,
  now: readonly ForecastBackup[],
  after: readonly ForecastBackup[] | undefined,
): string {
  const changed = after === undefined ? '' : `; with the change: ${summary(after, at)}`;
  return `${momentText(at)}: ${summary(now, at)}${changed}`;
}

/** What keeps a backup at a date. */
export function keptBy(backup: ForecastBackup, at: Date): string {
  const by = heldAt(backup, at);
  if (by.length === 0) return 'nothing any more';
  return by.map((one) => KEEPERS[one] ?? rhythm(one)).join(', ');
}

/** What keeps a backup beside schedules. */
const KEEPERS: Readonly<Record<string, string>> = {
  manual: 'made by hand',
  pin: 'pinned',
  scheduled: 'no schedule says how long',
  newestVerified: 'newest verified one',
  damaged: 'set aside: damaged',
  missing: 'set aside: its file is missing',
  future: 'set aside: dated in the future',
};

/** When a backup goes and why. */
export function goesText({ until, why }: ForecastBackup, end: Date): string {
  if (until === undefined) return `after ${momentText(end)}`;
  return why === undefined ? momentText(until) : `${momentText(until)}: ${why}`;
}

/** The drawing in words, for whom it can't be seen. */
export function drawingText(
  title: string,
  lanes: readonly Lane[],
  policy: RetentionPolicy,
  { from, until }: { from: Date; until: Date },
): string {
  const head = `${title}: which backups there are from ${momentText(from)} to ${momentText(until)}.`;
  if (lanes.length === 0) return `${head} None.`;
  const words = lanes.map(({ id, bars, lines }) => {
    const most =
      bars.length === 0 ? 'none' : `${counted(bars.length, 'backup')}, at most ${lines} at a time`;
    return `${laneTitle(id, policy)}: ${most}.`;
  });
  return [head, ...words].join(' ');
}

function upper(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
