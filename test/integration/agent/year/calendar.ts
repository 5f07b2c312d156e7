const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A date as it stands on a wall's calendar, and the time beside it in minutes. */
interface Wall {
  /** `2028-02-29`. */
  date: string;
  minutes: number;
}

/** A zone's calendar, read off `Intl` and walked by the minute and the day: slow, and plain enough to be believed. */
export class Calendar {
  private readonly format: Intl.DateTimeFormat;
  private readonly known = new Map<string, number>();

  constructor(zone: string) {
    this.format = new Intl.DateTimeFormat('sv-SE', {
      timeZone: zone,
      dateStyle: 'short',
      timeStyle: 'short',
    });
  }

  wall(time: number): Wall {
    const [date = '', clock = ''] = this.format.format(time).split(' ');
    const [hours = 0, minutes = 0] = clock.split(':').map(Number);
    return { date, minutes: hours * 60 + minutes };
  }

  /** Names the interval that a moment lies in; two moments lie in the same one where the names are the same. */
  nameOf(time: number, interval: string): string {
    const hours = /^(\d+)h$/.exec(interval)?.[1];
    if (hours !== undefined) {
      const utc = new Date(time);
      const part = Math.floor(utc.getUTCHours() / Number(hours));
      return `${utc.toISOString().slice(0, 10)} part ${part}`;
    }
    const { date } = this.wall(time);
    if (interval === '1d') return date;
    if (interval === '1w') return `week of ${mondayOf(date)}`;
    if (interval === '1M') return date.slice(0, 7);
    if (interval === '1y') return date.slice(0, 4);
    throw new Error(`The slow calendar has no intervals of ${interval}.`);
  }

  /** The planned moments around a time, from three days before to two days after it, without jitter; oldest first. */
  momentsAround(time: number, interval: string, at: string | undefined): number[] {
    const moments: number[] = [];
    const hours = /^(\d+)h$/.exec(interval)?.[1];
    const midnight = Math.floor(time / DAY) * DAY;
    for (let day = midnight - 3 * DAY; day <= midnight + 2 * DAY; day += DAY) {
      if (hours === undefined) {
        moments.push(this.momentOf(new Date(day).toISOString().slice(0, 10), at ?? '00:00'));
        continue;
      }
      for (let hour = 0; hour < 24; hour += Number(hours)) moments.push(day + hour * HOUR);
    }
    return moments;
  }

  /** When it is that time on that date; where the clock leaps over it, as much later as it leaps. */
  momentOf(date: string, at: string): number {
    const known = this.known.get(date + at);
    if (known !== undefined) return known;
    const [hours = 0, minutes = 0] = at.split(':').map(Number);
    const wanted = hours * 60 + minutes;
    const noon = Date.parse(`${date}T12:00:00Z`);
    let before: { time: number; minutes: number } | undefined;
    for (let time = noon - 30 * HOUR; time < noon + 30 * HOUR; time += MINUTE) {
      const wall = this.wall(time);
      if (wall.date !== date || wall.minutes < wanted) {
        before = { time, minutes: wall.date === date ? wall.minutes : -1 };
        continue;
      }
      const leapt =
        wall.minutes === wanted || before === undefined ? 0 : wanted - before.minutes - 1;
      this.known.set(date + at, time + leapt * MINUTE);
      return time + leapt * MINUTE;
    }
    throw new Error(`${date} never came.`);
  }
}

function mondayOf(date: string): string {
  let day = Date.parse(`${date}T00:00:00Z`);
  while (new Date(day).getUTCDay() !== 1) day -= DAY;
  return new Date(day).toISOString().slice(0, 10);
}
