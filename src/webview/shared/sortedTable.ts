import type { Sort } from '../../protocol/inspectMessages';
import { debounce, h, icon, section } from './dom';
import type { Child } from './dom';
import { counted, countText } from './format';
import { sorted, sortHeader } from './sorting';

const FILTER_WAIT_MS = 150;
/** Rows drawn at once; a filter finds the others. */
const MAX_ROWS = 1_000;

/** What the person set; kept while the page is hidden. */
export interface TableView {
  filter: string;
  sort: Sort<string>;
}

/** A table whose rows are sorted by a press on a column, and filtered where there is something to search in. */
export interface SortedTable<R> {
  id: string;
  title: string;
  /** What a row is: one, many. */
  noun: [string, string];
  rows: readonly R[];
  columns: readonly {
    id: string;
    title: string;
    /** What it is sorted by. */
    value: (row: R) => string | number;
    cell: (row: R) => Child[];
    /** Figures stand at the right, and begin with the largest. */
    figures?: boolean;
  }[];
  search?: { placeholder: string; text: (row: R) => string };
  /** A last line. */
  foot?: HTMLElement;
  /** Buttons at the end of a row. */
  actions?: (row: R) => HTMLElement[];
  /** Stands above the table. */
  before?: Child;
  /** Of the table; its id when left out. */
  class?: string;
  view: TableView;
  onChange: (view: TableView) => void;
  announce: (text: string) => void;
}

export function sortedTable<R>(table: SortedTable<R>): HTMLElement {
  const { id, title, noun, columns, search, actions } = table;
  let { filter, sort } = table.view;
  const all = table.rows.map((row) => ({ row, text: search?.text(row) ?? '' }));
  const head = h('thead');
  const body = h('tbody');
  const summary = h('p', { class: 'muted summary' });
  const drawHead = (): void => {
    const change = (next: Sort<string>): void => {
      sort = next;
      table.onChange({ filter, sort });
      drawHead();
      draw();
      head.querySelector<HTMLElement>(`[data-column="${next.by}"]`)?.focus();
    };
    head.replaceChildren(
      h(
        'tr',
        {},
        ...columns.map((column) => {
          const figures = column.figures === true;
          const kind = figures ? 'number' : '';
          return sortHeader(column.id, column.title, sort, change, kind, figures);
        }),
        actions !== undefined &&
          h('th', { scope: 'col', class: 'doing' }, h('span', { class: 'hidden' }, 'Actions')),
      ),
    );
  };
  const draw = (): void => {
    const wanted = search === undefined ? '' : filter.trim().toLowerCase();
    const found = all.filter(({ text }) => text.includes(wanted));
    const [first] = columns;
    const by = columns.find((column) => column.id === sort.by) ?? first;
    const keyed = found.map(({ row }) => ({
      row,
      name: String(first?.value(row) ?? ''),
      value: by?.value(row) ?? '',
    }));
    const order = sorted(keyed, { by: 'value', descending: sort.descending });
    body.replaceChildren(...order.slice(0, MAX_ROWS).map(({ row }) => drawRow(row)));
    const count = counted(all.length, ...noun);
    const cut =
      found.length > MAX_ROWS ? ` The first ${countText(MAX_ROWS)} are shown: filter them.` : '';
    summary.textContent =
      (found.length === all.length ? count : `${countText(found.length)} of ${count}`) + cut;
  };
  const drawRow = (row: R): HTMLElement =>
    h(
      'tr',
      {},
      ...columns.map((column, at) =>
        at === 0
          ? h('th', { scope: 'row' }, ...column.cell(row))
          : h('td', { class: column.figures === true ? 'number' : '' }, ...column.cell(row)),
      ),
      actions !== undefined && h('td', { class: 'doing' }, h('div', {}, ...actions(row))),
    );
  const input = h('input', {
    id: `${id}-filter`,
    type: 'search',
    value: filter,
    placeholder: search?.placeholder,
    'aria-label': `Filter ${title.toLowerCase()}`,
    spellcheck: 'false',
    autocomplete: 'off',
    oninput: debounce(FILTER_WAIT_MS, () => {
      filter = input.value;
      table.onChange({ filter, sort });
      draw();
      table.announce(summary.textContent);
    }),
  });
  drawHead();
  draw();
  return section(
    id,
    title,
    { aside: summary },
    table.before,
    search !== undefined &&
      h('div', { class: 'controls' }, h('span', { class: 'search' }, icon('filter'), input)),
    h(
      'div',
      { class: 'table-frame' },
      h(
        'table',
        { class: `data ${table.class ?? id}`, 'aria-labelledby': `${id}-title` },
        head,
        body,
        table.foot === undefined ? undefined : h('tfoot', {}, table.foot),
      ),
    ),
  );
}
