import { button, h, icon } from './dom';
import type { Child } from './dom';
import { MAX_ROWS, MORE_ROWS } from './fileTree';
import type { FileLine, FileNode } from './fileTree';
import { modeChars, typeWord } from './fileWords';
import { bytesText, counted, countText, exactBytes, printable } from './format';

type NodeLine<C> = Extract<FileLine<C>, { kind: 'node' }>;
type MoreLine<C> = Extract<FileLine<C>, { kind: 'more' }>;
type NoteLine<C> = Extract<FileLine<C>, { kind: 'note' }>;

/** Deeper rows are set in; beyond this they would leave the table. */
const MAX_INDENT = 14;
const COLUMNS = 6;

/** A volume as a row: its figures, its name, what can be done with it. */
export interface VolumeRow {
  bytes: number;
  files: number;
  name: Child;
  actions: HTMLElement[];
}

/** A volume, or something in it. @param opens whether there can be rows below it */
export function fileRow<C>(
  line: NodeLine<C>,
  opens: boolean,
  volume: VolumeRow | undefined,
  onToggle: () => void,
): HTMLElement {
  const { node } = line;
  const { row } = node;
  const [size, files, ...rest]: [number | undefined, number | undefined, ...string[]] =
    row === undefined
      ? [volume?.bytes, volume?.files, '', '', '']
      : [
          row.type === 'file' || row.type === 'directory' ? row.size : undefined,
          row.type === 'directory' ? row.files : undefined,
          modeChars(row),
          `${row.uid}:${row.gid}`,
          timeText(row.mtime),
        ];
  return h(
    'tr',
    {
      'aria-level': node.level,
      'aria-posinset': line.position,
      'aria-setsize': line.of,
      'aria-expanded': opens ? String(node.expanded) : undefined,
      class: [opens ? 'opens' : '', row === undefined ? 'volume' : ''].join(' ').trim(),
    },
    h('td', { role: 'gridcell', class: 'name' }, nameCell(node, opens, volume, onToggle)),
    h(
      'td',
      {
        role: 'gridcell',
        class: 'number',
        title: size === undefined ? undefined : exactBytes(size),
      },
      size === undefined ? '' : bytesText(size),
    ),
    h('td', { role: 'gridcell', class: 'number' }, files === undefined ? '' : countText(files)),
    ...rest.map((text, at) =>
      h('td', { role: 'gridcell', class: at === 0 ? 'mode' : 'soft' }, text),
    ),
  );
}

function nameCell<C>(
  node: FileNode<C>,
  opens: boolean,
  volume: VolumeRow | undefined,
  onToggle: () => void,
): HTMLElement {
  const { row } = node;
  const cell = h(
    'div',
    { class: 'key-name' },
    opens
      ? h(
          'span',
          { class: 'twistie', onclick: onToggle, title: node.expanded ? 'Fold' : 'Look inside' },
          icon(node.expanded ? 'chevron-down' : 'chevron-right'),
        )
      : h('span', { class: 'twistie' }),
    icon(iconOf(node), 'type'),
    row === undefined
      ? h('span', { class: 'volume-name' }, volume?.name)
      : h(
          'span',
          { class: 'key-text' },
          printable(row.name),
          row.type !== 'file' &&
            row.type !== 'directory' &&
            h(
              'span',
              { class: 'muted' },
              row.link === undefined || row.link === ''
                ? ` (${typeWord(row.type)})`
                : ` → ${printable(row.link)}`,
            ),
        ),
    ...(volume?.actions ?? []),
  );
  cell.style.setProperty('--level', String(Math.min(node.level, MAX_INDENT) - 1));
  return cell;
}

function iconOf<C>({ row, expanded }: FileNode<C>): string {
  if (row === undefined) return 'database';
  switch (row.type) {
    case 'directory':
      return expanded ? 'folder-opened' : 'folder';
    case 'file':
      return 'file';
    case 'symlink':
    case 'hardlink':
      return 'link';
    default:
      return 'plug';
  }
}

/** Of a file, in UTC: what stands in the archive, not where it is looked at. */
function timeText(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString().slice(0, 16).replace('T', ' ');
}

/** The line below rows that a limit cut. */
export function moreRow<C>({ parent, shown, total }: MoreLine<C>, onMore: () => void): HTMLElement {
  const words = `${countText(shown)} of ${countText(total)} shown.`;
  const cell = h(
    'div',
    { class: 'key-name more' },
    h('span', { class: 'muted' }, words),
    shown >= MAX_ROWS
      ? h('span', { class: 'muted' }, ' Use the filter to see the others.')
      : button(
          `Show ${counted(Math.min(MORE_ROWS, total - shown), 'more row', 'more rows')}`,
          onMore,
        ),
  );
  cell.style.setProperty('--level', String(Math.min(parent.level, MAX_INDENT)));
  return h('tr', { class: 'more' }, h('td', { colspan: COLUMNS, role: 'gridcell' }, cell));
}

/** A line in place of rows: that they are read, that there are none, that they could not be read. */
export function noteRow<C>({ parent, text, error }: NoteLine<C>): HTMLElement {
  const cell = h('div', { class: `key-name more ${error ? 'error' : 'muted'}` }, text);
  cell.style.setProperty('--level', String(Math.min(parent.level, MAX_INDENT)));
  return h('tr', { class: 'more' }, h('td', { colspan: COLUMNS, role: 'gridcell' }, cell));
}
