import type { ArchiveRequest } from '../../protocol/archiveMessages';
import type { Sort } from '../../protocol/inspectMessages';
import { debounce, h, icon, iconButton, section } from '../shared/dom';
import type { Child } from '../shared/dom';
import { counted, countText } from '../shared/format';
import { sorted, sortHeader } from '../shared/sorting';
import { searchText } from './words';
import type { Definition } from './words';

const FILTER_WAIT_MS = 150;
/** Rows drawn at once; a filter finds the others. */
const MAX_ROWS = 1_000;

/** What the person set; kept while the page is hidden. */
export interface TableView {
  filter: string;
  sort: Sort<string>;
}

/** A table of definitions: its columns, and how a row's cells are drawn. */
export interface DefinitionTable {
  id: string;
  title: string;
  /** What a row is: one, many. */
  noun: [string, string];
  definitions: readonly Definition[];
  columns: readonly {
    id: string;
    title: string;
    /** What it is sorted by. */
    value: (definition: Definition) => string | number;
    cell: (definition: Definition) => Child[];
    figures?: boolean;
  }[];
  placeholder: string;
  view: TableView;
  onChange: (view: TableView) => void;
  send: (request: ArchiveRequest) => void;
  announce: (text: string) => void;
}

/** A section with a table of definitions that can be sorted and filtered; each opens as text. */
export function definitionsSection(table: DefinitionTable, ...before: Child[]): HTMLElement {
  const { id, title, noun, definitions, columns, send } = table;
  let { filter, sort } = table.view;
  const texts = new Map(definitions.map((d) => [d, searchText(d)]));
  const head = h('thead');
  const body = h('tbody');
  const summary = h('p', { class: 'muted summary' });
  const input = h('input', {
    id: `${id}-filter`,
    type: 'search',
    value: filter,
    placeholder: table.placeholder,
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
        ...columns.map((column) =>
          sortHeader(column.id, column.title, sort, change, '', column.figures === true),
        ),
        h('th', { scope: 'col', class: 'doing' }, h('span', { class: 'hidden' }, 'Actions')),
      ),
    );
  };
  const draw = (): void => {
    const wanted = filter.trim().toLowerCase();
    const found = definitions.filter((d) => texts.get(d)?.includes(wanted));
    const by = columns.find((column) => column.id === sort.by) ?? columns[0];
    const rows = found.map((definition) => ({
      definition,
      name: definition.name,
      value: by?.value(definition) ?? definition.name,
    }));
    const order = sorted(rows, { by: 'value', descending: sort.descending });
    body.replaceChildren(
      ...order
        .slice(0, MAX_ROWS)
        .map(({ definition }) =>
          h(
            'tr',
            {},
            ...columns.map((column, at) =>
              at === 0
                ? h('th', { scope: 'row' }, ...column.cell(definition))
                : h('td', {}, ...column.cell(definition)),
            ),
            h('td', { class: 'doing' }, h('div', {}, ...actions(definition, send))),
          ),
        ),
    );
    const all = counted(definitions.length, ...noun);
    const cut =
      found.length > MAX_ROWS ? ` The first ${countText(MAX_ROWS)} are shown: filter them.` : '';
    summary.textContent =
      (found.length === definitions.length ? all : `${countText(found.length)} of ${all}`) + cut;
  };
  drawHead();
  draw();
  return section(
    id,
    title,
    { aside: summary },
    ...before,
    h('div', { class: 'controls' }, h('span', { class: 'search' }, icon('filter'), input)),
    h(
      'div',
      { class: 'table-frame' },
      h('table', { class: 'data definitions', 'aria-labelledby': `${id}-title` }, head, body),
    ),
  );
}

/** What can be done with a definition. */
function actions(definition: Definition, send: (request: ArchiveRequest) => void): HTMLElement[] {
  const { id, name } = definition;
  return [
    iconButton('json', `Open ${name} as JSON`, () =>
      send({ type: 'openText', of: id, as: 'json' }),
    ),
    iconButton('diff', `Compare ${name} with live`, () => send({ type: 'compare', of: id })),
  ];
}
