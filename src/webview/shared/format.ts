const UNITS = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];

/** Language of the page, which is the editor's. */
function language(): string | undefined {
  const lang = typeof document === 'undefined' ? '' : document.documentElement.lang;
  return lang === '' ? undefined : lang;
}

/** `24900` → `24.3 KB`: units of 1024, as the products' own tools print them. @param bytes 0 or more */
export function bytesText(bytes: number, locale = language()): string {
  let unit = 0;
  let value = bytes;
  // 1023.95 KB would be printed as 1,024 KB.
  while (value >= (unit === 0 ? 1024 : 1023.95) && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = unit > 0 && value < 99.95 ? 1 : 0;
  const text = new Intl.NumberFormat(locale, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(value);
  return `${text} ${UNITS[unit] ?? ''}`;
}

/** `24900` → `24,900 bytes`. */
export function exactBytes(bytes: number, locale = language()): string {
  return `${countText(bytes, locale)} ${bytes === 1 ? 'byte' : 'bytes'}`;
}

/** `200000` → `200,000`. */
export function countText(count: number, locale = language()): string {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: 0 }).format(count);
}

/** `3, 'key'` → `3 keys`. @param plural where an s does not do */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${countText(count)} ${count === 1 ? noun : plural}`;
}

/** Share of a whole as percentage; a share that is there but tiny is not told as none. */
export function shareText(part: number, whole: number, locale = language()): string {
  if (whole <= 0 || part <= 0) return '0 %';
  const percent = (part / whole) * 100;
  if (percent < 0.1) return '< 0.1 %';
  return `${new Intl.NumberFormat(locale, {
    minimumFractionDigits: percent < 99.95 ? 1 : 0,
    maximumFractionDigits: percent < 99.95 ? 1 : 0,
  }).format(percent)} %`;
}

const SPANS: [string, number][] = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** A span in its two largest units: `3 days 4 hours`. @param seconds 0 or more */
export function spanText(seconds: number): string {
  const at = SPANS.findIndex(([, size]) => seconds >= size);
  const [first, second] = at < 0 ? [] : SPANS.slice(at, at + 2);
  if (first === undefined) return 'less than a minute';
  const whole = Math.floor(seconds / first[1]);
  const words = [counted(whole, first[0])];
  const rest = second === undefined ? 0 : Math.floor((seconds - whole * first[1]) / second[1]);
  if (second !== undefined && rest > 0) words.push(counted(rest, second[0]));
  return words.join(' ');
}

/** How long ago a time was; a time ahead of ours is told as such. @param now milliseconds */
export function ageText(time: string, now = Date.now()): string {
  const seconds = (now - Date.parse(time)) / 1000;
  if (Number.isNaN(seconds)) return '';
  if (seconds < -60) return `${spanText(-seconds)} ahead of this machine's clock`;
  return seconds < 60 ? 'just now' : `${spanText(seconds)} ago`;
}

/** A time for the person's own zone, and the same in UTC. */
export function timeTexts(time: string, locale = language()): { local: string; utc: string } {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return { local: time, utc: time };
  const local = new Intl.DateTimeFormat(locale, {
    dateStyle: 'medium',
    timeStyle: 'long',
  }).format(date);
  return { local, utc: `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC` };
}

/** Signed difference: `+3`, `−12`, `±0`. */
export function changeText(from: number, to: number): string {
  const change = to - from;
  if (change === 0) return '±0';
  return `${change > 0 ? '+' : '−'}${countText(Math.abs(change))}`;
}

/**
 * A key's name, with what can't be seen or would turn the text around written as `\xNN` or `\u{N}`.
 */
export function printable(name: string): string {
  return name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (c) => {
    const code = c.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}
