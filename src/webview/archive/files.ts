import type { FileQuery, FileRows } from '../../protocol/archiveMessages';
import { debounce, h, icon, section } from '../shared/dom';
import { counted, countText } from '../shared/format';
import { makeCurrent, onTreeGridKey } from '../shared/treeGrid';
import { fileRow, moreRow, noteRow } from './fileRow';
import { FileTree } from './fileTree';
import type { Content, FileLine, FileNode } from './fileTree';

const FILTER_WAIT_MS = 250;

export interface FilesOptions {
  contents: readonly Content[];
  filter: string;
  ask: (query: FileQuery) => Promise<FileRows>;
  onFilter: (filter: string) => void;
  /** Offered for volumes whose definition is there. */
  onOpen: (content: Content) => void;
  onCompare: (content: Content) => void;
  announce: (text: string) => void;
}

/** The section that shows volumes, and the files in them as a tree that is read as it is opened. */
export function filesSection(options: FilesOptions): HTMLElement | undefined {
  if (options.contents.length === 0) return undefined;
  return new Files(options).element;
}

class Files {
  readonly element: HTMLElement;
  readonly #tree: FileTree;
  readonly #body = h('tbody');
  readonly #filter: HTMLInputElement;
  readonly #asking = new Set<FileNode>();
  /** The row that the tab key reaches. */
  #current: FileNode | undefined;

  constructor(private readonly options: FilesOptions) {
    this.#tree = new FileTree(options.contents);
    if (options.filter !== '') this.#tree.setFilter(options.filter);
    this.#filter = h('input', {
      id: 'files-filter',
      type: 'search',
      value: options.filter,
      placeholder: 'Find files by a part of their path',
      'aria-label': 'Find files',
      spellcheck: 'false',
      autocomplete: 'off',
      oninput: debounce(FILTER_WAIT_MS, () => this.#setFilter(this.#filter.value.trim())),
    });
    this.#body.addEventListener('keydown', (event) =>
      onTreeGridKey<FileNode>(event, this.#body, {
        nodeOf: (row) => rowNodes.get(row),
        parentOf: (node) => node.parent,
        isOpen: (node) => node.expanded && this.#tree.opens(node),
        toggle: (node) => this.#toggle(node),
      }),
    );
    const titles = ['Name', 'Size', 'Files', 'Mode', 'Owner', 'Modified'];
    const figures = new Set(['Size', 'Files']);
    const bytes = options.contents.length;
    this.element = section(
      'volumes',
      'Volumes and their files',
      { aside: h('p', { class: 'muted summary' }, counted(bytes, 'volume')) },
      h('div', { class: 'controls' }, h('span', { class: 'search' }, icon('filter'), this.#filter)),
      h(
        'div',
        { class: 'table-frame' },
        h(
          'table',
          { class: 'data files', role: 'treegrid', 'aria-labelledby': 'volumes-title' },
          h(
            'thead',
            {},
            h(
              'tr',
              {},
              ...titles.map((title) =>
                h('th', { scope: 'col', class: figures.has(title) ? 'number' : '' }, title),
              ),
            ),
          ),
          this.#body,
        ),
      ),
    );
    this.#draw();
  }

  #setFilter(filter: string): void {
    this.#tree.setFilter(filter);
    this.options.onFilter(filter);
    // What is looked for is looked for everywhere.
    for (const root of this.#tree.roots) {
      if (filter !== '') root.expanded = true;
      if (root.expanded) void this.#load(root);
    }
    this.#draw();
  }

  async #load(node: FileNode): Promise<void> {
    const { filter } = this.#tree;
    if (this.#asking.has(node)) return;
    this.#asking.add(node);
    const query = this.#tree.query(node);
    try {
      const rows = await this.options.ask(query);
      if (filter === this.#tree.filter) {
        this.#tree.add(node, rows);
        const name = node.path === '' ? node.content.name : node.path;
        this.options.announce(
          `${countText(node.children?.length ?? 0)} of ${counted(rows.total, 'entry', 'entries')} in ${name}.`,
        );
      }
    } catch (error) {
      if (filter === this.#tree.filter) {
        node.error = error instanceof Error ? error.message : String(error);
        this.options.announce(node.error);
      }
    } finally {
      this.#asking.delete(node);
    }
    // What was looked for has changed meanwhile.
    if (filter !== this.#tree.filter && node.parent === undefined && node.expanded) {
      await this.#load(node);
    }
    this.#draw();
  }

  #toggle(node: FileNode): void {
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

  #row(line: FileLine): HTMLElement {
    if (line.kind === 'more') return moreRow(line, () => void this.#load(line.parent));
    if (line.kind === 'note') return noteRow(line);
    const { node } = line;
    const opens = this.#tree.opens(node);
    const { onOpen, onCompare } = this.options;
    const row = fileRow(line, opens, { onToggle: () => this.#toggle(node), onOpen, onCompare });
    row.tabIndex = node === this.#current ? 0 : -1;
    row.addEventListener('focus', () => {
      makeCurrent(this.#body, row);
      this.#current = node;
    });
    rowNodes.set(row, node);
    return row;
  }
}

const rowNodes = new WeakMap<HTMLElement, FileNode>();
