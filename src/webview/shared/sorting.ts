import type { SizeColumn, Sort } from '../../protocol/inspectMessages';
import { h, icon } from './dom';

/** Orders rows; equal ones by name, so that the order never depends on where they stood before. */
export function sorted<C extends string, R extends Record<C | 'name', string | number>>(
  rows: readonly R[],
  sort: Sort<C>,
): R[] {
  const sign = sort.descending ? -1 : 1;
  return [...rows].sort(
    (a, b) => sign * compare(a[sort.by], b[sort.by]) || compare(a.name, b.name),
  );
}

function compare(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The sort after a press on a column's header: words begin at A, figures with the largest. */
export function pressed<C extends string>(
  sort: Sort<C>,
  column: C,
  figures = column !== 'name',
): Sort<C> {
  if (sort.by === column) return { by: column, descending: !sort.descending };
  return { by: column, descending: figures };
}

/** A header cell whose button sorts. */
export function sortHeader<C extends string = SizeColumn>(
  column: C,
  title: string,
  sort: Sort<C>,
  onSort: (sort: Sort<C>) => void,
  className = '',
  figures = column !== 'name',
): HTMLElement {
  const active = sort.by === column;
  const arrow = sort.descending ? 'arrow-down' : 'arrow-up';
  return h(
    'th',
    {
      scope: 'col',
      class: className,
      'aria-sort': active ? (sort.descending ? 'descending' : 'ascending') : 'none',
    },
    h(
      'button',
      {
        type: 'button',
        class: 'sort',
        'data-column': column,
        onclick: () => onSort(pressed(sort, column, figures)),
      },
      h('span', {}, title),
      icon(arrow, active ? 'sort-arrow' : 'sort-arrow off'),
    ),
  );
}
