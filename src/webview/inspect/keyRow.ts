import { bar, button, h, icon } from '../shared/dom';
import { bytesText, counted, countText, exactBytes, printable, shareText } from '../shared/format';
import { MAX_ROWS, MORE_ROWS } from './keyTree';
import type { KeyLine } from './keyTree';

type NodeLine = Extract<KeyLine, { kind: 'node' }>;
type MoreLine = Extract<KeyLine, { kind: 'more' }>;

/** Deeper rows are set in; beyond this they would leave the table. */
const MAX_INDENT = 12;

/** A prefix or a key. @param total bytes that are the whole of the shares */
export function keyRow(line: NodeLine, total: number, onToggle: () => void): HTMLElement {
  const { node } = line;
  const opens = node.kind === 'prefix';
  return h(
    'tr',
    {
      'aria-level': node.level,
      'aria-posinset': line.position,
      'aria-setsize': line.of,
      'aria-expanded': opens ? String(node.expanded) : undefined,
      class: opens ? 'opens' : undefined,
    },
    h('td', { role: 'gridcell', class: 'name' }, nameCell(line, onToggle)),
    h('td', { role: 'gridcell', class: 'number' }, countText(node.count)),
    h(
      'td',
      { role: 'gridcell', class: 'number', title: exactBytes(node.sum) },
      bytesText(node.sum),
    ),
    h(
      'td',
      { role: 'gridcell', class: 'share' },
      h(
        'div',
        { class: 'share-cell' },
        bar(total > 0 ? node.sum / total : 0),
        h('span', {}, shareText(node.sum, total)),
      ),
    ),
  );
}

function nameCell({ node }: NodeLine, onToggle: () => void): HTMLElement {
  const cell = h(
    'div',
    { class: 'key-name' },
    node.kind === 'prefix'
      ? h(
          'span',
          { class: 'twistie', onclick: onToggle, title: node.expanded ? 'Fold' : 'Look below' },
          icon(node.expanded ? 'chevron-down' : 'chevron-right'),
        )
      : h('span', { class: 'twistie' }),
    h('span', { class: 'key-text' }, ...nameParts(node)),
  );
  cell.style.setProperty('--level', String(Math.min(node.level, MAX_INDENT) - 1));
  return cell;
}

/** The whole name, so that it can be found and copied; what the row above says already is dimmed. */
function nameParts({ name, kind, parent }: NodeLine['node']): (Node | string)[] {
  if (kind === 'self') {
    return [printable(name), h('span', { class: 'muted' }, ' (this key itself)')];
  }
  if (name === '') return [h('span', { class: 'muted' }, '(begins with a slash)')];
  if (parent === undefined) return [printable(name)];
  const above = parent.name.length + 1;
  return [
    h('span', { class: 'muted' }, printable(name.slice(0, above))),
    printable(name.slice(above)),
  ];
}

/** The line below rows that a limit cut. */
export function moreRow({ parent, shown, total }: MoreLine, onMore: () => void): HTMLElement {
  const left = total - shown;
  const words = `${countText(shown)} of ${countText(total)} shown.`;
  const cell = h(
    'div',
    { class: 'key-name more' },
    h('span', { class: 'muted' }, words),
    shown >= MAX_ROWS
      ? h('span', { class: 'muted' }, ' Set a longer prefix to see the others.')
      : button(`Show ${counted(Math.min(MORE_ROWS, left), 'more row', 'more rows')}`, onMore),
  );
  cell.style.setProperty('--level', String(Math.min(parent?.level ?? 0, MAX_INDENT)));
  return h('tr', { class: 'more' }, h('td', { colspan: 4, role: 'gridcell' }, cell));
}
