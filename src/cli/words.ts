const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** A number of bytes in decimal units, three digits: `36.4 kB`. */
export function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // 999.95 would round to 1000.
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${value.toFixed(digits)} ${UNITS[unit] ?? ''}`;
}

/** A span in its largest unit: `3 days`. */
export function spanText(seconds: number): string {
  const units: [number, string][] = [
    [86_400, 'day'],
    [3600, 'hour'],
    [60, 'minute'],
    [1, 'second'],
  ];
  const whole = Math.max(0, Math.floor(seconds));
  for (const [size, name] of units) {
    if (whole >= size || size === 1) {
      const count = Math.floor(whole / size);
      return `${count} ${name}${count === 1 ? '' : 's'}`;
    }
  }
  return '';
}

/** `3 days ago`, of an ISO time. */
export function ageText(time: string, now: Date): string {
  return `${spanText((now.getTime() - Date.parse(time)) / 1000)} ago`;
}

/** An ISO time to the second, in UTC: `2026-11-21 16:00:05Z`. */
export function timeText(time: string): string {
  return `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')}Z`;
}

/** `1 record`, `2 records`. */
export function countText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Lines of a text, none wider than `width` where its words allow it, each moved in by `indent`. */
export function wrapped(text: string, width: number, indent: number): string[] {
  const lines: string[] = [];
  for (const paragraph of text.trim().split('\n')) {
    let line = '';
    for (const word of paragraph.split(/\s+/)) {
      if (line !== '' && indent + line.length + 1 + word.length > width) {
        lines.push(line);
        line = word;
      } else line = line === '' ? word : `${line} ${word}`;
    }
    lines.push(line);
  }
  return lines.map((line) => (' '.repeat(indent) + line).trimEnd());
}

/** What a backup holds, in a few words, of the index or the counts that its format has. */
export function holdsText(
  index: number | undefined,
  counts: Readonly<Record<string, number>> | undefined,
): string | undefined {
  if (index !== undefined) return `index ${index}`;
  const told = Object.entries(counts ?? {})
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${name} ${count}`);
  return told.length === 0 ? undefined : told.join(', ');
}

/**
 * A text that can't steer the terminal it is printed on: names of keys and files come from elsewhere.
 * Line ends and tabs stay.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}]/gu, (c) =>
    c === '\n' || c === '\t' ? c : `\\u{${(c.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}}`,
  );
}
