import { button, h, icon } from '../shared/dom';
import { bytesText, counted, countText, exactBytes, printable } from '../shared/format';
import { iconButton } from './definitions';
import { MAX_ROWS, MORE_ROWS } from './fileTree';
import type { Content, FileLine, FileNode } from './fileTree';
import { modeChars, typeWord } from './words';

type NodeLine = Extract<FileLine, { kind: 'node' }>;
type MoreLine = Extract<FileLine, { kind: 'more' }>;
type NoteLine = Extract<FileLine, { kind: 'note' }>;

/** Deeper rows are set in; beyond this they would leave the table. */
const MAX_INDENT = 14;
const COLUMNS = 6;

export interface RowActions {
  onToggle: () => void;
  onOpen: (content: Content) => void;
  onCompare: (content: Content) => void;
}

/** A volume, or something in it. @param opens whether there can be rows below it */
export function fileRow(line: NodeLine, opens: boolean, actions: RowActions): HTMLElement {
  const { node } = line;
  const { row, content } = node;
  const cells =
    row === undefined
      ? [content.fileBytes, content.files, '', '', '']
      : [
          row.type === 'file' || row.type === 'directory' ? row.size : undefined,
          row.type === 'directory' ? row.files : undefined,
          modeChars(row),
          `${row.uid}:${row.gid}`,
          timeText(row.mtime),
        ];
  const [size, files, ...rest] = cells as [number | undefined, number | undefined, ...string[]];
  return h(
    'tr',
    {
      'aria-level': node.level,
      'aria-posinset': line.position,
      'aria-setsize': line.of,
      'aria-expanded': opens ? String(node.expanded) : undefined,
      class: [opens ? 'opens' : '', row === undefined ? 'volume' : ''].join(' ').trim(),
    },
    h('td', { role: 'gridcell', class: 'name' }, nameCell(node, opens, actions)),
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

function nameCell(node: FileNode, opens: boolean, actions: RowActions): HTMLElement {
  const { row, content } = node;
  const { onToggle, onOpen, onCompare } = actions;
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
      ? h(
          'span',
          { class: 'volume-name' },
          h('strong', {}, content.name),
          h('span', { class: 'second' }, volumeText(content)),
        )
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
    ...(row === undefined && content.id !== undefined
      ? [
          iconButton('json', `Open volume ${content.name} as JSON`, () => onOpen(content)),
          iconButton('diff', `Compare volume ${content.name} with live`, () => onCompare(content)),
        ]
      : []),
  );
  cell.style.setProperty('--level', String(Math.min(node.level, MAX_INDENT) - 1));
  return cell;
}

/** Where a volume lies, who uses it, and whether that is all of it. */
function volumeText(content: Content): string {
  const { node, services, stopped = [], whole, unlisted, id, special, links } = content;
  return [
    id === undefined ? `Raft state of ${node}` : `on ${node}`,
    services.length > 0 && `used by ${services.join(', ')}`,
    stopped.length > 0 && `held at zero: ${stopped.join(', ')}`,
    links > 0 && counted(links, 'link'),
    special > 0 && counted(special, 'special file'),
    !whole && 'not whole: the archive breaks in it',
    unlisted !== undefined && `${counted(unlisted, 'file')} more than can be listed`,
  ]
    .filter((part) => part !== false)
    .join(' · ');
}

function iconOf({ row, expanded }: FileNode): string {
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
export function moreRow({ parent, shown, total }: MoreLine, onMore: () => void): HTMLElement {
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
export function noteRow({ parent, text, error }: NoteLine): HTMLElement {
  const cell = h('div', { class: `key-name more ${error ? 'error' : 'muted'}` }, text);
  cell.style.setProperty('--level', String(Math.min(parent.level, MAX_INDENT)));
  return h('tr', { class: 'more' }, h('td', { colspan: COLUMNS, role: 'gridcell' }, cell));
}
