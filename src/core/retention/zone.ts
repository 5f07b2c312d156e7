/**
 * The wall clock of a time zone. Times are in milliseconds since 1970; a time of the wall is told the same way, as
 * though its zone were UTC, so that a date can be read from it with the UTC functions.
 */

const DAY = 86_400_000;
/** Days of which the offset is kept in memory, for each zone: more than a century. */
const MOST_DAYS = 50_000;

/** A new offset from a moment on. */
interface Change {
  at: number;
  offset: number;
}

/** The offset at the beginning of a day of UTC, and the moment in it at which it changes. */
interface ZoneDay {
  offset: number;
  change: Change | undefined;
  /** The latest that was shown before the clock was put back on the day before. */
  shownBefore: number;
}

interface Zone {
  format: Intl.DateTimeFormat;
  offsets: Map<number, number>;
  days: Map<number, ZoneDay>;
}

const zones = new Map<string, Zone>();

/** Whether there is a zone of that name, like `Europe/Berlin`. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/**
 * What the wall clock of a zone shows, or has shown before where it is put back: it never runs backwards. So a day
 * begins once, also where the clock goes back over midnight.
 *
 * @param name as Intl knows it, `Europe/Berlin`; UTC where it is left out
 * @throws RangeError where there is no such zone
 */
export function wallOf(time: number, name?: string): number {
  if (name === undefined || name === 'UTC' || !Number.isFinite(time)) return time;
  const { offset, change, shownBefore } = dayOf(zoneOf(name), Math.floor(time / DAY));
  if (change === undefined || time < change.at) return Math.max(time + offset, shownBefore);
  return Math.max(time + change.offset, change.at + offset - 1, shownBefore);
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

function zoneOf(name: string): Zone {
  const known = zones.get(name);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    hour: 'numeric',
    timeZoneName: 'longOffset',
  });
  const zone = { format, offsets: new Map<number, number>(), days: new Map<number, ZoneDay>() };
  zones.set(name, zone);
  return zone;
}

function dayOf(zone: Zone, day: number): ZoneDay {
  const known = zone.days.get(day);
  if (known !== undefined) return known;
  const before = changeOf(zone, day - 1);
  const found = {
    offset: offsetOfDay(zone, day),
    change: changeOf(zone, day),
    shownBefore: before === undefined ? -Infinity : before.at + offsetOfDay(zone, day - 1) - 1,
  };
  if (zone.days.size >= MOST_DAYS) zone.days.clear();
  zone.days.set(day, found);
  return found;
}

/** How the offset changes within a day. */
function changeOf(zone: Zone, day: number): Change | undefined {
  const [offset, next] = [offsetOfDay(zone, day), offsetOfDay(zone, day + 1)];
  if (next === offset) return undefined;
  return { at: changeWithin(zone, day * DAY, offset), offset: next };
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
  // Reading the offset alone takes a quarter of the time that date and time in parts take.
  const [found, sign, hours = 0, minutes = 0, seconds = 0] =
    /GMT(?:([+-])(\d+):(\d+)(?::(\d+))?)?$/.exec(format.format(time)) ?? [];
  if (found === undefined) throw new RangeError('No offset was told for this time zone.');
  const length = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
  return sign === '-' ? -length : length;
}
