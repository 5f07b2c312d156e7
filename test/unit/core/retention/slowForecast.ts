import type { ExistingBackup } from '../../../../src/core/retention/forecast';
import type { RetentionPolicy } from '../../../../src/core/retention/policy';

/** A backup in the plain model. */
export interface SlowBackup {
  id: string;
  made: number;
  gone?: number;
}

/**
 * The same forecast, worked out the slow way: a clock goes from one event to the next, and at each all that was ever
 * made is looked at anew. Shares no code with the fast one, its calendar neither.
 */
export function slowForecast(
  policy: RetentionPolicy,
  existing: readonly ExistingBackup[],
  from: number,
  until: number,
): SlowBackup[] {
  const all = [
    ...existing.map(({ id, created, automated, expires }) => ({
      id,
      made: Date.parse(created),
      automated,
      expires: expires === undefined ? Infinity : Date.parse(expires),
      gone: undefined as number | undefined,
    })),
    ...ticks(policy, existing, from, until).map((made) => ({
      id: `${finest(policy)}@${made}`,
      made,
      automated: true,
      expires: Infinity,
      gone: undefined as number | undefined,
    })),
  ].sort((a, b) => a.made - b.made);
  const events = [from, ...all.flatMap(({ made, expires }) => [made, expires])]
    .filter((time) => time >= from && time <= until)
    .sort((a, b) => a - b);
  for (const now of events) {
    const made = all.filter((backup) => backup.made <= now);
    const byHand = made.filter(({ automated }) => !automated);
    const { manualCount = byHand.length } = policy;
    const held = new Set(byHand.filter((_, index) => index >= byHand.length - manualCount));
    for (const { interval, count } of policy.schedules) {
      const newestOf = new Map<string, (typeof all)[number]>();
      for (const backup of made)
        if (backup.automated) newestOf.set(label(backup.made, interval), backup);
      for (const backup of [...newestOf.values()].slice(-count)) held.add(backup);
    }
    for (const backup of made) {
      if (!held.has(backup) || backup.expires <= now) backup.gone ??= now;
    }
    const live = made.filter(({ gone }) => gone === undefined);
    const { maxBackups = Infinity } = policy;
    live.slice(0, Math.max(0, live.length - maxBackups)).forEach((backup) => (backup.gone = now));
  }
  return all.map(({ id, made, gone }) => (gone === undefined ? { id, made } : { id, made, gone }));
}

const HOURS: Record<string, number> = { h: 1, d: 24, w: 168, M: 730.485, y: 8765.82 };

function finest({ schedules }: RetentionPolicy): string | undefined {
  const length = (text: string) => parseInt(text) * (HOURS[text.slice(-1)] ?? NaN);
  return [...schedules].sort((a, b) => length(a.interval) - length(b.interval))[0]?.interval;
}

function ticks(
  policy: RetentionPolicy,
  existing: readonly ExistingBackup[],
  from: number,
  until: number,
): number[] {
  const interval = finest(policy);
  if (interval === undefined) return [];
  const newest = existing
    .filter((b) => b.automated)
    .map((b) => Date.parse(b.created))
    .sort((a, b) => b - a)[0];
  const found: number[] = [];
  for (let k = newest === undefined ? 0 : 1; ; k += 1) {
    const time = step(newest ?? from, interval, k);
    if (time > until) return found;
    if (time >= from) found.push(time);
  }
}

function step(start: number, interval: string, times: number): number {
  const n = parseInt(interval) * times;
  const unit = interval.slice(-1);
  if (unit !== 'M' && unit !== 'y') return start + n * (HOURS[unit] ?? NaN) * 3_600_000;
  const [year = 0, month = 0, day = 0] = parts(start);
  const months = year * 12 + month + (unit === 'y' ? 12 * n : n);
  const [y, m] = [Math.floor(months / 12), months % 12];
  const isLeap = (y % 4 === 0 && y % 100 !== 0) || y % 400 === 0;
  const last = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][m] ?? NaN;
  return Date.UTC(y, m, Math.min(day, last)) + (((start % 86_400_000) + 86_400_000) % 86_400_000);
}

/** A name of the part of the calendar that a time lies in; months and years by what is printed of a date. */
function label(time: number, interval: string): string {
  const n = parseInt(interval);
  const [year = 0, month = 0] = parts(time);
  switch (interval.slice(-1)) {
    case 'h':
      return String(Math.floor(time / 3_600_000 / n));
    case 'd':
      return String(Math.floor(time / 86_400_000 / n));
    case 'w':
      // Counted from Monday, 29 December 1969.
      return String(Math.floor((time - Date.UTC(1969, 11, 29)) / (7 * 86_400_000) / n));
    case 'M':
      return String(Math.floor((year * 12 + month) / n));
    default:
      return String(Math.floor(year / n));
  }
}

function parts(time: number): number[] {
  const [year = '', month = '', day = ''] = new Date(time).toISOString().slice(0, 10).split('-');
  return [Number(year), Number(month) - 1, Number(day)];
}
