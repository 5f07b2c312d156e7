/** Texts as Go's standard library writes them, where output has to equal a Go program's. */

/**
 * A string as encoding/json writes it: `<`, `>`, `&`, U+2028 and U+2029 escaped, and every byte
 * that is no UTF-8 as `\ufffd`.
 *
 * @param bytes the string's bytes, one character each
 */
export function goJsonString(bytes: string): string {
  let text = '"';
  for (const rune of goRunes(bytes)) text += ESCAPES.get(rune) ?? escaped(rune);
  return `${text}"`;
}

const ESCAPES = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

function escaped(rune: string): string {
  if (rune === INVALID) return '\\ufffd';
  const isEscaped = rune < ' ' || /^[<>&\u2028\u2029]$/.test(rune);
  return isEscaped ? `\\u${rune.charCodeAt(0).toString(16).padStart(4, '0')}` : rune;
}

/** Stands for a byte that is no UTF-8; a lone surrogate, so that no real text holds it. */
const INVALID = '\ud800';

/** The characters of UTF-8 bytes, Go's way: each byte that fits nowhere counts for itself. */
function* goRunes(bytes: string): Generator<string> {
  const buffer = Buffer.from(bytes, 'latin1');
  for (let at = 0; at < buffer.length;) {
    const length = runeLength(buffer, at);
    yield length === 0 ? INVALID : buffer.toString('utf8', at, at + length);
    at += Math.max(1, length);
  }
}

function runeLength(buffer: Buffer, at: number): number {
  const first = buffer[at] ?? 0;
  const length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  const rune = buffer.subarray(at, at + length);
  const decoded = rune.toString('utf8');
  const isValid = rune.length === length && Buffer.from(decoded).equals(rune);
  return isValid ? length : 0;
}

/** A size as Consul prints it: 1024-based, one decimal, `.0` cut, no space. @param bytes 0 or more */
export function goByteSize(bytes: number): string {
  if (bytes === 0) return '0';
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  // Go rounds a half to the even digit, toFixed away from zero; of a binary fraction only .25 differs.
  const rounded = value % 1 === 0.25 ? Math.floor(value) + 0.2 : value;
  return rounded.toFixed(1).replace(/\.0$/, '') + (units[unit] ?? '');
}

/**
 * Aligns text as text/tabwriter does with spaces and no flags: a cell ends with a tab, a column is a
 * run of lines that have such a cell there, and what follows the last tab of a line has no column.
 */
export function alignColumns(text: string, minWidth: number, padding: number): string {
  const lines = text.split('\n').map((line) => line.split('\t'));
  const widths = lines.map((cells) => cells.slice(0, -1).map(() => 0));
  const columns = Math.max(0, ...widths.map((row) => row.length));
  for (let column = 0; column < columns; column++) {
    for (let from = 0; from < lines.length; from++) {
      let to = from;
      let width = minWidth;
      for (; (widths[to]?.length ?? 0) > column; to++) {
        width = Math.max(width, runes(lines[to]?.[column] ?? '') + padding);
      }
      widths.slice(from, to).forEach((row) => (row[column] = width));
      from = Math.max(from, to - 1);
    }
  }
  return lines
    .map((cells, line) =>
      cells
        .map((cell, column) => {
          const width = widths[line]?.[column];
          return width === undefined ? cell : cell + ' '.repeat(width - runes(cell));
        })
        .join(''),
    )
    .join('\n');
}

/** Go counts characters, whatever their width on the screen. */
function runes(text: string): number {
  return Array.from(text).length;
}
