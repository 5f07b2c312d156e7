import type { ForecastBackup } from './forecast';
import { holdsOf } from './holds';
import type { Hold, KeptBackup, PolicyCalendar } from './holds';
import { beyond } from './limits';
import type { RetentionPolicy } from './policy';

/** A backup that is there or will be made, before it is known how long it stays. */
export interface Entry extends KeptBackup {
  id: string;
  existing: boolean;
  /** An end of its own, milliseconds since 1970. */
  expires?: number;
}

/** What a forecast looks at: milliseconds since 1970. */
export interface Span {
  from: number;
  until: number;
}

/** Infinity where it stays. */
interface End {
  at: number;
  why: string;
  holds: Hold[];
}

/**
 * How long each of the backups stays that there are and will be, in their order.
 *
 * @param backups oldest first
 * @param keepsNewest the newest of all stays until the next is made, whatever the policy says
 */
export function courseOf(
  policy: RetentionPolicy,
  backups: readonly Entry[],
  span: Span,
  { keepsNewest = false, ...calendar }: PolicyCalendar & { keepsNewest?: boolean } = {},
): ForecastBackup[] {
  const all = holdsOf(policy, backups, calendar);
  if (keepsNewest) all.forEach((holds, index) => holdNewest(holds, backups[index + 1]?.made));
  const ends = all.map((holds, index) => endOf(backups[index] as Entry, holds, span.from));
  const { maxBackups } = policy;
  if (maxBackups !== undefined) capTotal(maxBackups, backups, ends, span.from);
  return backups.map((backup, index) => told(backup, ends[index] as End, span));
}

/** @param next when the next backup is made */
function holdNewest(holds: Hold[], next = Infinity): void {
  if (holds.some(({ until = Infinity }) => until >= next)) return;
  const hold: Hold = { by: 'newestVerified', passing: true };
  const why = holds.at(-1)?.why;
  holds.push({
    ...hold,
    ...(next === Infinity ? {} : { until: next }),
    ...(why === undefined ? {} : { why }),
  });
}

/** When the last that holds a backup lets go, or its own end comes. */
function endOf({ made, automated, expires = Infinity }: Entry, holds: Hold[], from: number): End {
  const start = Math.max(made, from);
  const latest = holds.reduce<Hold | undefined>(
    (last, hold) =>
      last === undefined || (hold.until ?? Infinity) > (last.until ?? Infinity) ? hold : last,
    undefined,
  );
  const released = latest === undefined ? start : Math.max(latest.until ?? Infinity, start);
  if (expires < released) {
    return { at: Math.max(expires, start), why: 'its own end, set when it was made', holds };
  }
  const nothing = automated ? 'no schedule holds it' : 'none made by hand is kept';
  return { at: released, why: latest?.why ?? nothing, holds };
}

/** Ends the oldest ones earlier, wherever one is made and there are too many. */
function capTotal(max: number, backups: readonly Entry[], ends: End[], from: number): void {
  const why = `more than ${max} in all, the oldest goes`;
  const goes = Float64Array.from(ends, ({ at }) => at);
  let live: number[] = [];
  backups.forEach(({ made, pinned }, index) => {
    if (pinned !== true) live.push(index);
    // All that is there when the forecast begins counts at once.
    if (live.length <= max || (backups[index + 1]?.made ?? Infinity) <= from) return;
    const now = Math.max(made, from);
    live = live.filter((other) => (goes[other] as number) > now);
    const over = beyond(live, max);
    for (const other of over) ends[other] = { at: now, why, holds: ends[other]?.holds ?? [] };
    live = live.slice(over.length);
  });
}

function told(
  { id, made, automated, existing }: Entry,
  { at, why, holds }: End,
  { from, until }: Span,
): ForecastBackup {
  const date = (time: number) => (time > until ? undefined : new Date(Math.max(time, from)));
  const lasting = holds.filter(({ passing }) => passing !== true);
  return {
    id,
    made: new Date(made),
    until: date(at),
    automated,
    existing,
    heldBy: (lasting.length === 0 ? holds : lasting).map(({ by }) => by),
    holds: holds.map((hold) => ({
      by: hold.by,
      until: date(Math.min(hold.until ?? Infinity, at)),
    })),
    ...(at > until ? {} : { why }),
  };
}
