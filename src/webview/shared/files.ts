import type { FilePageQuery, FileRows, FileSort } from '../../protocol/archiveMessages';
import { debounce, h, icon, section } from './dom';
import { fileRow, moreRow, noteRow } from './fileRow';
import type { VolumeRow } from './fileRow';
import { FileTree, USUAL_ORDER } from './fileTree';
import type { FileLine, FileNode } from './fileTree';
import { counted, countText } from './format';
import { sortHeader } from './sorting';
import { makeCurrent, onTreeGridKey } from './treeGrid';

const FILTER_WAIT_MS = 250;

/** What the person set; kept while the page is hidden. */
export interface FilesView {
  filter: string;
  sort: FileSort;
}

export const FIRST_VIEW: FilesView = { filter: '', sort: USUAL_ORDER };

export interface FilesOptions<C> {
  /** Of the section. */
  id: string;
  title: string;
  aside: string;
  contents: readonly C[];
  nameOf: (content: C) => string;
  /** How a volume is shown; left out where the volumes are but the folders at the top of one tree. */
  volume?: (content: C) => VolumeRow;
  view: FilesView;
  ask: (content: C, query: FilePageQuery) => Promise<FileRows>;
  onChange: (view: FilesView) => void;
  announce: (text: string) => void;
}

/** A section with the files of an archive as a tree that is read as it is opened, and a search over all of them. */
export function filesSection<C>(options: FilesOptions<C>): {
  element: HTMLElement;
  /** Searches as if the person had typed it. */
  search: (filter: string) => void;
} {
  const files = new Files(options);
  return { element: files.element, search: (filter) => files.search(filter) };
}

const COLUMNS: readonly [title: string, sortedBy?: FileSort['by']][] = [
  ['Name', 'name'],
  ['Size', 'size'],
  ['Files'],
  ['Mode'],
  ['Owner'],
  ['Modified', 'mtime'],
];
const FIGURES = new Set(['Size', 'Files']);

class Files<C> {
  readonly element: HTMLElement;
  readonly #tree: FileTree<C>;
  readonly #head = h('thead');
  readonly #body = h('tbody');
  readonly #nodes = new WeakMap<HTMLElement, FileNode<C>>();
  readonly #filter: HTMLInputElement;
  readonly #asking = new Set<FileNode<C>>();
  /** The row that the tab key reaches. */
  #current: FileNode<C> | undefined;

  constructor(private readonly options: FilesOptions<C>) {
    const { id, view } = options;
    this.#tree = new FileTree(options.contents, options.volume === undefined);
    if (view.filter !== '') this.#tree.setFilter(view.filter);
    if (view.sort.by !== 'name' || view.sort.descending) this.#tree.setSort(view.sort);
    this.#filter = h('input', {
      id: `${id}-filter`,
      type: 'search',
      value: view.filter,
      placeholder: 'Find files by a part of their path',
      'aria-label': 'Find files',
      spellcheck: 'false',
      autocomplete: 'off',
      oninput: debounce(FILTER_WAIT_MS, () => this.#setFilter(this.#filter.value.trim())),
    });
    this.#body.addEventListener('keydown', (event) =>
      onTreeGridKey<FileNode<C>>(event, this.#body, {
        nodeOf: (row) => this.#nodes.get(row),
        parentOf: (node) => node.parent,
        isOpen: (node) => node.expanded && this.#tree.opens(node),
        toggle: (node) => this.#toggle(node),
      }),
    );
    this.element = section(
      id,
      options.title,
      { aside: h('p', { class: 'muted summary' }, options.aside) },
      h('div', { class: 'controls' }, h('span', { class: 'search' }, icon('filter'), this.#filter)),
      h(
        'div',
        { class: 'table-frame' },
        h(
          'table',
          { class: 'data files', role: 'treegrid', 'aria-labelledby': `${id}-title` },
          this.#head,
          this.#body,
        ),
      ),
    );
    this.#drawHead();
    this.#draw();
    for (const root of this.#tree.roots) if (root.expanded) void this.#load(root);
  }

  search(filter: string): void {
    this.#filter.value = filter;
    this.#setFilter(filter);
    this.element.scrollIntoView();
    this.#filter.focus({ preventScroll: true });
  }

  #drawHead(): void {
    const cells = COLUMNS.map(([title, by]) => {
      const kind = FIGURES.has(title) ? 'number' : '';
      if (by === undefined) return h('th', { scope: 'col', class: kind }, title);
      const change = (sort: FileSort): void => this.#setSort(sort);
      return sortHeader<FileSort['by']>(by, title, this.#tree.sort, change, kind, by !== 'name');
    });
    this.#head.replaceChildren(h('tr', {}, ...cells));
  }

  #setSort(sort: FileSort): void {
    const isUsual = sort.by === USUAL_ORDER.by && !sort.descending;
    this.#tree.setSort(isUsual ? USUAL_ORDER : sort);
    this.#changed();
    this.#drawHead();
    this.#head.querySelector<HTMLElement>(`[data-column="${sort.by}"]`)?.focus();
    for (const root of this.#tree.roots) if (root.expanded) void this.#load(root);
    this.#draw();
  }

  #changed(): void {
    const { filter, sort } = this.#tree;
    this.options.onChange({ filter, sort });
  }

  #setFilter(filter: string): void {
    this.#tree.setFilter(filter);
    this.#changed();
    // What is looked for is looked for everywhere.
    for (const root of this.#tree.roots) {
      if (filter !== '') root.expanded = true;
      if (root.expanded) void this.#load(root);
    }
    this.#draw();
  }

  async #load(node: FileNode<C>): Promise<void> {
    const { filter, sort } = this.#tree;
    const isAsStarted = (): boolean => filter === this.#tree.filter && sort === this.#tree.sort;
    if (this.#asking.has(node)) return;
    this.#asking.add(node);
    const query = this.#tree.query(node);
    try {
      const rows = await this.options.ask(node.content, query);
      if (isAsStarted()) {
        this.#tree.add(node, rows);
        const name = node.path === '' ? this.options.nameOf(node.content) : node.path;
        this.options.announce(
          `${countText(node.children?.length ?? 0)} of ${counted(rows.total, 'entry', 'entries')} in ${name}.`,
        );
      }
    } catch (error) {
      if (isAsStarted()) {
        node.error = error instanceof Error ? error.message : String(error);
        this.options.announce(node.error);
      }
    } finally {
      this.#asking.delete(node);
    }
    // What was looked for has changed meanwhile.
    if (!isAsStarted() && node.parent === undefined && node.expanded) {
      await this.#load(node);
    }
    this.#draw();
  }

  #toggle(node: FileNode<C>): void {
    if (!this.#tree.opens(node)) return;
    this.#current = node;
    node.expanded = !node.expanded;
    this.#draw();
    if (node.expanded && (node.children === undefined || node.error !== undefined)) {
      void this.#load(node);
    }
  }

  #draw(): void {
    const focused = this.#body.contains(document.activeElement);
    const lines = this.#tree.lines();
    const nodes = lines.flatMap((line) => (line.kind === 'node' ? [line.node] : []));
    if (this.#current === undefined || !nodes.includes(this.#current)) this.#current = nodes[0];
    this.#body.replaceChildren(...lines.map((line) => this.#row(line)));
    if (focused) this.#body.querySelector<HTMLElement>('tr[tabindex="0"]')?.focus();
  }

  #row(line: FileLine<C>): HTMLElement {
    if (line.kind === 'more') return moreRow(line, () => void this.#load(line.parent));
    if (line.kind === 'note') return noteRow(line);
    const { node } = line;
    const opens = this.#tree.opens(node);
    const volume = node.row === undefined ? this.options.volume?.(node.content) : undefined;
    const row = fileRow(line, opens, volume, () => this.#toggle(node));
    row.tabIndex = node === this.#current ? 0 : -1;
    row.addEventListener('focus', () => {
      makeCurrent(this.#body, row);
      this.#current = node;
    });
    this.#nodes.set(row, node);
    return row;
  }
}
