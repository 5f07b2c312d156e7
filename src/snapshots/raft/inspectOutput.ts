import type { Inspection } from './inspect';
import { alignColumns, goByteSize, goJsonString } from './goText';
import { snapshotErrors } from '../snapshotErrors';
import type { RaftMeta } from './meta';

interface Row {
  /** The name's bytes, one character each. */
  bytes: string;
  count: number;
  sum: number;
}

const INDENT = '   ';

/**
 * Exactly what `consul snapshot inspect -format=json` prints (command/snapshot/inspect/formatter.go),
 * without the line end. `StatsKV` is null unless keys were asked for and there are some.
 * Throws `snapshot.badMeta` for a damaged file that did not yield its meta.json.
 */
export function toInspectJson(inspection: Inspection): string {
  const { id, size, index, term, version } = metaOf(inspection);
  const { report, keys } = inspection;
  return object(0, [
    [
      'Meta',
      object(1, [
        ['ID', goJsonString(bytesOf(id))],
        ['Size', String(size)],
        ['Index', String(index)],
        ['Term', String(term)],
        ['Version', String(version)],
      ]),
    ],
    ['Stats', table(report.stats.map((row) => ({ ...row, bytes: row.name })))],
    ['StatsKV', keys === undefined || keys.rows.length === 0 ? 'null' : table(keys.rows)],
    ['TotalSize', String(report.totalSize)],
    ['TotalSizeKV', String(keys?.totalSum ?? 0)],
  ]);
}

/**
 * What `consul snapshot inspect` prints for people, without the last line end. Control characters in
 * names show as `\xNN`, so that no key writes to a terminal.
 * Throws `snapshot.badMeta` like `toInspectJson`.
 */
export function toInspectPretty(inspection: Inspection): string {
  const { id, size, index, term, version } = metaOf(inspection);
  const { report, keys } = inspection;
  let text = ` ID\t${printable(bytesOf(id))}\n Size\t${size}\n Index\t${index}\n Term\t${term}\n Version\t${version}`;
  text += `\n\n Type\tCount\tSize\n`;
  text += prettyTable(
    report.stats.map((row) => ({ ...row, bytes: row.name })),
    report.totalSize,
  );
  if (keys !== undefined && keys.rows.length > 0) {
    text += `\n\n Key Name\tCount\tSize\n${prettyTable(keys.rows, keys.totalSum)}`;
  }
  return alignColumns(text, 8, 6);
}

function metaOf(inspection: Inspection): RaftMeta {
  if (inspection.meta) return inspection.meta;
  throw snapshotErrors.badMeta({ message: 'The snapshot has no meta.json that can be read.' });
}

function table(rows: readonly Row[]): string {
  if (rows.length === 0) return '[]';
  const indent = INDENT.repeat(2);
  const objects = rows.map(({ bytes, sum, count }) =>
    object(2, [
      ['Name', goJsonString(bytes)],
      ['Sum', String(sum)],
      ['Count', String(count)],
    ]),
  );
  return `[\n${indent}${objects.join(`,\n${indent}`)}\n${INDENT}]`;
}

/** As Go's json.MarshalIndent writes it. @param level how deep the object stands */
function object(level: number, members: readonly [string, string][]): string {
  const indent = INDENT.repeat(level + 1);
  const lines = members.map(([name, value]) => `${indent}"${name}": ${value}`);
  return `{\n${lines.join(',\n')}\n${INDENT.repeat(level)}}`;
}

function prettyTable(rows: readonly Row[], total: number): string {
  const rule = ' ----\t----\t----';
  const lines = rows.map(
    ({ bytes, count, sum }) => ` ${printable(bytes)}\t${count}\t${goByteSize(sum)}`,
  );
  return [rule, ...lines, rule, ` Total\t\t${goByteSize(total)}`].join('\n');
}

function bytesOf(text: string): string {
  return Buffer.from(text).toString('latin1');
}

function printable(bytes: string): string {
  return Buffer.from(bytes, 'latin1')
    .toString('utf8')
    .replace(/\p{Cc}/gu, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
