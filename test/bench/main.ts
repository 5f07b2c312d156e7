import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench, BenchRow } from './measure';

const NO_BENCH = ['main.js', 'measure.js'];

/**
 * Runs every bench beside this file, or those named on the command line, and prints ours against the
 * floor of the same run. Ends with 1 when a promised ratio is broken.
 */
async function main(): Promise<void> {
  const named = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
  const files = readdirSync(__dirname)
    .filter((file) => file.endsWith('.js') && !NO_BENCH.includes(file))
    .filter((file) => named.length === 0 || named.includes(file.replace(/\.js$/, '')));
  const rows: BenchRow[] = [];
  for (const file of files) {
    const loaded = (await import(join(__dirname, file))) as Bench;
    rows.push(...(await loaded.bench()));
  }
  print(rows);
  if (rows.some((row) => !holds(row))) process.exitCode = 1;
}

function print(rows: readonly BenchRow[]): void {
  const table = [
    ['what', 'floor', '', 'ours', 'ratio', 'promised', ''],
    ...rows.map((row) => [
      row.what,
      row.floor,
      `${row.floorValue.toFixed(0)} ${row.unit}`,
      `${row.ours.toFixed(0)} ${row.unit}`,
      ratio(row).toFixed(2),
      promise(row),
      holds(row) ? '' : 'BROKEN',
    ]),
  ];
  const widths = (table[0] ?? []).map((_, column) =>
    Math.max(...table.map((cells) => (cells[column] ?? '').length)),
  );
  for (const cells of table) {
    console.log(
      cells
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  }
}

function ratio(row: BenchRow): number {
  return row.ours / row.floorValue;
}

function promise({ atMost, atLeast }: BenchRow): string {
  if (atMost !== undefined) return `at most ${atMost}`;
  return atLeast === undefined ? '' : `at least ${atLeast}`;
}

function holds(row: BenchRow): boolean {
  const { atMost = Infinity, atLeast = 0 } = row;
  return ratio(row) <= atMost && ratio(row) >= atLeast;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
