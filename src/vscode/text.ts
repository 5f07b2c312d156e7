/** Words and figures as the views show them. */

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];

/** Bytes for people: 1024-based, one decimal. */
export function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  const text = unit === 0 ? String(value) : value.toFixed(1).replace(/\.0$/, '');
  return `${text} ${UNITS[unit] ?? ''}`;
}

/** How long ago, in one unit: "just now", "5 min ago", "3 days ago". */
export function ageText(from: Date, now: Date): string {
  const seconds = Math.max(0, (now.getTime() - from.getTime()) / 1000);
  return seconds < 45 ? 'just now' : `${spanText(seconds)} ago`;
}

/** A span of seconds in one unit. */
export function spanText(seconds: number): string {
  const steps: [number, string, string][] = [
    [60, 's', 's'],
    [60, 'min', 'min'],
    [24, 'h', 'h'],
    [30, 'day', 'days'],
    [12, 'month', 'months'],
    [Infinity, 'year', 'years'],
  ];
  let value = seconds;
  for (const [size, one, many] of steps) {
    if (value < size) {
      const whole =
        size === 60 && one === 's' && value < 10 ? value.toFixed(1) : String(Math.round(value));
      return `${whole} ${whole === '1' ? one : many}`;
    }
    value /= size;
  }
  return '';
}

/** A time in the person's own zone, to the second. */
export function timeText(iso: string): string {
  const date = new Date(iso);
  const pad = (n: number) => String(n).padStart(2, '0');
  return (
    `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())} ` +
    `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`
  );
}

/** A time for a title, in the person's own zone: "3 May 10:00", with the year where it is another one. */
export function momentText(iso: string, now: Date): string {
  const date = new Date(iso);
  const day = new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    ...(date.getFullYear() === now.getFullYear() ? {} : { year: 'numeric' }),
  }).format(date);
  return `${day} ${timeText(iso).slice(11, 16)}`;
}

/** A kind of objects as words: `marathonApp` is a "marathon app". */
export function kindText(kind: string): string {
  return kind.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** Text that stands in Markdown as itself. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-.!|<>~$]/g, '\\$&').replace(/\n/g, ' ');
}

/** Rows as a Markdown table without a heading line. */
export function markdownTable(rows: readonly (readonly [string, string])[]): string {
  return ['|  |  |', '|:--|:--|', ...rows.map(([name, value]) => `| ${name} | ${value} |`)].join(
    '\n',
  );
}
