import type { RecordStat } from '../../core/ports';
import type { Sort } from '../../protocol/inspectMessages';
import { bar, h, section } from '../shared/dom';
import { bytesText, counted, countText, exactBytes, shareText } from '../shared/format';
import { sorted, sortHeader } from '../shared/sorting';

/** The table of record types: how many of each, how large, which share. */
export function recordTypes(
  stats: readonly RecordStat[],
  totalSize: number,
  sort: Sort,
  onSort: (sort: Sort) => void,
): HTMLElement {
  let current = sort;
  const head = h('thead');
  const body = h('tbody');
  const draw = (): void => {
    const change = (next: Sort): void => {
      current = next;
      draw();
      onSort(next);
      head.querySelector<HTMLElement>(`[data-column="${next.by}"]`)?.focus();
    };
    head.replaceChildren(
      h(
        'tr',
        {},
        sortHeader('name', 'Record type', current, change),
        sortHeader('count', 'Count', current, change, 'number'),
        sortHeader('sum', 'Size', current, change, 'number'),
        h('th', { scope: 'col', class: 'share' }, 'Share'),
      ),
    );
    body.replaceChildren(...sorted(stats, current).map((row) => typeRow(row, totalSize)));
  };
  draw();
  const count = stats.reduce((sum, row) => sum + row.count, 0);
  const table = h(
    'table',
    { class: 'data' },
    h('caption', { class: 'hidden' }, 'Record types by count and size'),
    head,
    body,
    h(
      'tfoot',
      {},
      h(
        'tr',
        {},
        h('th', { scope: 'row' }, `Total: ${counted(stats.length, 'type')}`),
        h('td', { class: 'number' }, countText(count)),
        h('td', { class: 'number', title: exactBytes(totalSize) }, bytesText(totalSize)),
        h('td', { class: 'share' }),
      ),
    ),
  );
  return section('types', 'Record types', {}, h('div', { class: 'table-frame' }, table));
}

function typeRow({ name, count, sum }: RecordStat, total: number): HTMLElement {
  return h(
    'tr',
    {},
    h('th', { scope: 'row' }, name),
    h('td', { class: 'number' }, countText(count)),
    h('td', { class: 'number', title: exactBytes(sum) }, bytesText(sum)),
    h(
      'td',
      { class: 'share' },
      h(
        'div',
        { class: 'share-cell' },
        bar(total > 0 ? sum / total : 0),
        h('span', {}, shareText(sum, total)),
      ),
    ),
  );
}
