import { printable } from './words';

export interface Column {
  title: string;
  align?: 'right';
}

/** Lines of a table with a head; no trailing blanks, ends with a line end. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const clean = rows.map((row) => row.map(oneLine));
  const widths = columns.map((column, i) =>
    Math.max(column.title.length, ...clean.map((row) => row[i]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    columns
      .map((column, i) => {
        const cell = cells[i] ?? '';
        return column.align === 'right'
          ? cell.padStart(widths[i] ?? 0)
          : cell.padEnd(widths[i] ?? 0);
      })
      .join('  ')
      .trimEnd();
  return `${[columns.map((c) => c.title), ...clean].map(line).join('\n')}\n`;
}

/** Lines of `Name  value`; what is undefined is left out. */
export function fields(pairs: readonly (readonly [string, string | undefined])[]): string {
  const shown = pairs.filter((p): p is readonly [string, string] => p[1] !== undefined);
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${name.padEnd(width)}  ${oneLine(value)}\n`).join('');
}

/** A text of several lines, each moved in. */
export function indented(text: string, by: number): string {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => ' '.repeat(by) + line)
    .join('\n');
}

function oneLine(text: string): string {
  return printable(text.replace(/\s*\n\s*/g, ' '));
}
