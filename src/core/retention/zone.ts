/**
 * The wall clock of a time zone. Times are in milliseconds since 1970; a time of the wall is told the same way, as
 * though its zone were UTC, so that a date can be read from it with the UTC functions.
 */

const DAY = 86_400_000;
/** Days of which the offset is kept in memory, for each zone: more than a century. */
const MOST_DAYS = 50_000;

/** The offset at the beginning of a day of UTC, and the moment in it at which it changes. */
interface ZoneDay {
  offset: number;
  change?: { at: number; offset: number };
}

interface Zone {
  format: Intl.DateTimeFormat;
  offsets: Map<number, number>;
  days: Map<number, ZoneDay>;
}

const zones = new Map<string, Zone>();

/**
 * What the wall clock of a zone shows, or has shown before where it is put back: it never runs backwards. So a day
 * begins once, also where the clock goes back over midnight.
 *
 * @param name as Intl knows it, `Europe/Berlin`; UTC where it is left out
 * @throws RangeError where there is no such zone
 */
export function wallOf(time: number, name?: string): number {
  if (name === undefined || name === 'UTC' || !Number.isFinite(time)) return time;
  const zone = zoneOf(name);
  const day = Math.floor(time / DAY);
  const { offset, change } = dayOf(zone, day);
  const shown = change === undefined || time < change.at ? offset : change.offset;
  return Math.max(
    time + shown,
    change !== undefined && time >= change.at ? change.at + offset - 1 : -Infinity,
    shownBefore(zone, day - 1),
  );
}

/** The first moment at which the wall clock of a zone shows that time, or a later one where it leaves that time out. */
export function momentOf(wall: number, name?: string): number {
  if (name === undefined || name === 'UTC' || !Number.isFinite(wall)) return wall;
  const guess = wall - (wallOf(wall, name) - wall);
  if (wallOf(guess, name) === wall && wallOf(guess - 1, name) === wall - 1) return guess;
  // No zone is further from UTC than that.
  let [before, after] = [wall - 2 * DAY, wall + 2 * DAY];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (wallOf(middle, name) >= wall) after = middle;
    else before = middle;
  }
  return after;
}

/** The latest that was shown before the clock was put back on that day. */
function shownBefore(zone: Zone, day: number): number {
  const { offset, change } = dayOf(zone, day);
  return change === undefined ? -Infinity : change.at + offset - 1;
}

function zoneOf(name: string): Zone {
  const known = zones.get(name);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    calendar: 'gregory',
    hourCycle: 'h23',
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const zone = { format, offsets: new Map<number, number>(), days: new Map<number, ZoneDay>() };
  zones.set(name, zone);
  return zone;
}

function dayOf(zone: Zone, day: number): ZoneDay {
  const known = zone.days.get(day);
  if (known !== undefined) return known;
  const [offset, next] = [offsetOfDay(zone, day), offsetOfDay(zone, day + 1)];
  const found: ZoneDay = { offset };
  if (next !== offset) found.change = { at: changeWithin(zone, day * DAY, offset), offset: next };
  if (zone.days.size >= MOST_DAYS) zone.days.clear();
  zone.days.set(day, found);
  return found;
}

/** @returns the first second of the day at which the offset is no longer that of its beginning */
function changeWithin(zone: Zone, start: number, offset: number): number {
  let [before, after] = [0, DAY / 1000];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (offsetAt(zone, start + middle * 1000) === offset) before = middle;
    else after = middle;
  }
  return start + after * 1000;
}

function offsetOfDay(zone: Zone, day: number): number {
  const known = zone.offsets.get(day);
  if (known !== undefined) return known;
  const offset = offsetAt(zone, day * DAY);
  if (zone.offsets.size >= MOST_DAYS) zone.offsets.clear();
  zone.offsets.set(day, offset);
  return offset;
}

/** @param time a whole second */
function offsetAt({ format }: Zone, time: number): number {
  const parts: Record<string, number> = {};
  let isBefore = false;
  for (const { type, value } of format.formatToParts(time)) {
    if (type === 'era') isBefore = value.startsWith('B');
    else parts[type] = Number(value);
  }
  const { year = NaN, month = NaN, day = NaN, hour = NaN, minute = NaN, second = NaN } = parts;
  const wall = new Date(0);
  wall.setUTCFullYear(isBefore ? 1 - year : year, month - 1, day);
  wall.setUTCHours(hour, minute, second);
  return wall.getTime() - time;
}
