const DAY = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/**
 * What a clock on the wall shows in a time zone, as if it were UTC: only then do days all have 24 hours.
 *
 * @param time milliseconds since 1970
 */
export function wallTime(time: number, zone: string): number {
  if (zone === 'UTC') return time;
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
  for (const { type, value } of formatOf(zone).formatToParts(time)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) + (((time % 1000) + 1000) % 1000);
}

/**
 * When a clock on the wall shows that: the first time where it does so twice, and where it leaps over it, as much later
 * as it leaps.
 *
 * @param wall as `wallTime` gives it
 */
export function timeOfWall(wall: number, zone: string): number {
  if (zone === 'UTC') return wall;
  const offsetAt = (time: number) => wallTime(time, zone) - time;
  const early = wall - offsetAt(wall - DAY);
  const late = wall - offsetAt(wall + DAY);
  const fitting = [early, late].filter((time) => wallTime(time, zone) === wall);
  return fitting.length === 0 ? early : Math.min(...fitting);
}

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (format === undefined) {
    const number = 'numeric';
    format = new Intl.DateTimeFormat('en-US-u-ca-iso8601', {
      timeZone: zone,
      hourCycle: 'h23',
      year: number,
      month: number,
      day: number,
      hour: number,
      minute: number,
      second: number,
    });
    formats.set(zone, format);
  }
  return format;
}
