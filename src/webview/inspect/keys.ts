import type { KeyRows } from '../../compose/inspections';
import type { Sort, SortedKeyQuery } from '../../protocol/inspectMessages';
import { button, debounce, h, icon, section } from '../shared/dom';
import { bytesText, counted, countText, exactBytes } from '../shared/format';
import { sortHeader } from '../shared/sorting';
import { makeCurrent, onTreeGridKey } from '../shared/treeGrid';
import type { TreeGridRows } from '../shared/treeGrid';
import { keyRow, moreRow } from './keyRow';
import { KeyTree, MORE_ROWS } from './keyTree';
import type { KeyLine, KeyNode, KeyView } from './keyTree';

const MAX_DEPTH = 64;
const FILTER_WAIT_MS = 200;

export interface KeysOptions {
  view: KeyView;
  /** Keys in the whole snapshot. */
  count: number;
  ask(query: SortedKeyQuery): Promise<KeyRows>;
  /** The person changed depth, filter or sort. */
  onChange(view: KeyView): void;
  announce(text: string): void;
}

/** The section that shows what the keys take, by prefix. */
export function keysSection(options: KeysOptions): HTMLElement {
  if (options.count === 0) {
    return section('keys', 'Keys', {}, h('p', { class: 'muted' }, 'The snapshot holds no keys.'));
  }
  return new Keys(options).element;
}

class Keys {
  readonly element: HTMLElement;
  #tree: KeyTree;
  /** How many further rows the question that waits asks for. */
  #next: number | undefined;
  /** The row that the tab key reaches. */
  #current: KeyNode | undefined;
  readonly #head = h('thead');
  readonly #body = h('tbody');
  readonly #summary = h('p', { class: 'muted', id: 'keys-summary' });
  readonly #depth: HTMLInputElement;
  readonly #filter: HTMLInputElement;
  readonly #fewer: HTMLButtonElement;
  readonly #deeper: HTMLButtonElement;

  constructor(private readonly options: KeysOptions) {
    this.#tree = new KeyTree(options.view);
    const { depth, filter } = options.view;
    this.#depth = h('input', {
      id: 'depth',
      type: 'number',
      min: 1,
      max: MAX_DEPTH,
      value: depth,
      oninput: () => this.#setDepth(this.#depth.valueAsNumber),
      onblur: () => (this.#depth.value = String(this.#tree.view.depth)),
    });
    this.#fewer = stepper('remove', 'Less deep', () => this.#setDepth(this.#tree.view.depth - 1));
    this.#deeper = stepper('add', 'Deeper', () => this.#setDepth(this.#tree.view.depth + 1));
    this.#filter = h('input', {
      id: 'filter',
      type: 'search',
      value: filter,
      placeholder: 'All keys; or e.g. app/config',
      spellcheck: 'false',
      autocomplete: 'off',
      oninput: debounce(FILTER_WAIT_MS, () => this.#restart({ filter: this.#filter.value })),
    });
    const rows: TreeGridRows<KeyNode> = {
      nodeOf: (row) => rowNodes.get(row),
      parentOf: (node) => node.parent,
      isOpen: (node) => node.expanded && node.children !== undefined,
      toggle: (node) => this.#toggle(node),
    };
    this.#body.addEventListener('keydown', (event) => onTreeGridKey(event, this.#body, rows));
    this.element = section(
      'keys',
      'Keys by prefix',
      {},
      h(
        'div',
        { class: 'controls', role: 'group', 'aria-label': 'Which keys' },
        h('label', { for: 'filter' }, 'Prefix'),
        h('span', { class: 'search' }, icon('filter'), this.#filter),
        h('label', { for: 'depth' }, 'Depth'),
        h('span', { class: 'stepper' }, this.#fewer, this.#depth, this.#deeper),
      ),
      this.#summary,
      h(
        'div',
        { class: 'table-frame' },
        h(
          'table',
          { class: 'data keys', role: 'treegrid', 'aria-labelledby': 'keys-title' },
          this.#head,
          this.#body,
        ),
      ),
    );
    this.#enableSteps();
    this.#drawHead();
    void this.#load(0);
  }

  #setDepth(depth: number): void {
    if (!Number.isInteger(depth) || depth < 1 || depth > MAX_DEPTH) return;
    if (this.#depth.valueAsNumber !== depth) this.#depth.value = String(depth);
    this.#restart({ depth });
  }

  #restart(change: Partial<KeyView>): void {
    this.#tree = new KeyTree({ ...this.#tree.view, ...change });
    this.#current = undefined;
    this.#enableSteps();
    this.options.onChange(this.#tree.view);
    void this.#load(0);
  }

  #enableSteps(): void {
    this.#fewer.disabled = this.#tree.view.depth <= 1;
    this.#deeper.disabled = this.#tree.view.depth >= MAX_DEPTH;
  }

  /** One question at a time: of those that come meanwhile, only the last one is asked. */
  async #load(more: number): Promise<void> {
    this.#next = more;
    if (this.element.hasAttribute('aria-busy')) return;
    this.element.setAttribute('aria-busy', 'true');
    for (let next = this.#takeNext(); next !== undefined; next = this.#takeNext()) {
      const tree = this.#tree;
      const query = tree.rootQuery(next);
      try {
        const rows = await this.options.ask(query);
        if (tree !== this.#tree) continue;
        tree.setRoot(rows, query.limit);
        this.#draw();
        this.#tellTotals();
      } catch (error) {
        if (tree === this.#tree) this.#fail(error);
      }
    }
    this.element.removeAttribute('aria-busy');
  }

  #takeNext(): number | undefined {
    const next = this.#next;
    this.#next = undefined;
    return next;
  }

  async #loadChildren(parent: KeyNode, more = 0): Promise<void> {
    const tree = this.#tree;
    const query = tree.childQuery(parent, more);
    try {
      const rows = await this.options.ask(query);
      if (tree !== this.#tree) return;
      tree.setChildren(parent, rows, query.limit);
      this.#draw();
      this.options.announce(
        parent.kind === 'key'
          ? `${parent.name} is a key; nothing is below it.`
          : `${counted(rows.totalRows, 'row')} below ${parent.name}.`,
      );
    } catch (error) {
      if (tree === this.#tree) this.#fail(error);
    }
  }

  #tellTotals(): void {
    const { rows, count, sum } = this.#tree.totals;
    const all = count === this.options.count ? '' : ` of ${countText(this.options.count)}`;
    const text =
      rows === 0
        ? 'No key begins like that.'
        : `${counted(rows, 'prefix', 'prefixes')}, ${countText(count)}${all} keys, ${bytesText(sum)} together.`;
    this.#summary.replaceChildren(text);
    this.#summary.title = exactBytes(sum);
    this.#summary.classList.remove('error');
    this.options.announce(text);
  }

  #fail(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    this.#summary.replaceChildren(
      icon('error'),
      ` ${text} `,
      button('Try again', () => this.#restart({})),
    );
    this.#summary.classList.add('error');
    this.options.announce(text);
  }

  #sort(sort: Sort): void {
    const { cut } = this.#tree;
    this.#tree.sortBy(sort);
    this.options.onChange(this.#tree.view);
    this.#drawHead();
    this.#head.querySelector<HTMLElement>(`[data-column="${sort.by}"]`)?.focus();
    // Where rows were left out, the first ones in the new order are others.
    if (cut) this.#restart({});
    else this.#draw();
  }

  #drawHead(): void {
    const { sort } = this.#tree.view;
    const change = (next: Sort): void => this.#sort(next);
    this.#head.replaceChildren(
      h(
        'tr',
        {},
        sortHeader('name', 'Prefix', sort, change),
        sortHeader('count', 'Keys', sort, change, 'number'),
        sortHeader('sum', 'Size', sort, change, 'number'),
        h('th', { scope: 'col', class: 'share' }, 'Share'),
      ),
    );
  }

  #draw(): void {
    const focused = this.#body.contains(document.activeElement);
    const lines = this.#tree.lines();
    const nodes = lines.flatMap((line) => (line.kind === 'node' ? [line.node] : []));
    if (this.#current === undefined || !nodes.includes(this.#current)) this.#current = nodes[0];
    this.#body.replaceChildren(...lines.map((line) => this.#row(line)));
    if (focused) this.#focus();
  }

  #row(line: KeyLine): HTMLElement {
    if (line.kind === 'more') {
      return moreRow(line, () => {
        if (line.parent === undefined) void this.#load(MORE_ROWS);
        else void this.#loadChildren(line.parent, MORE_ROWS);
      });
    }
    const { node } = line;
    const row = keyRow(line, this.#tree.totals.sum, () => this.#toggle(node));
    row.tabIndex = node === this.#current ? 0 : -1;
    row.addEventListener('focus', () => this.#makeCurrent(node, row));
    rowNodes.set(row, node);
    return row;
  }

  #makeCurrent(node: KeyNode, row: HTMLElement): void {
    makeCurrent(this.#body, row);
    this.#current = node;
  }

  #focus(): void {
    this.#body.querySelector<HTMLElement>('tr[tabindex="0"]')?.focus();
  }

  #toggle(node: KeyNode): void {
    if (node.kind !== 'prefix') return;
    this.#current = node;
    if (node.children === undefined) return void this.#loadChildren(node);
    node.expanded = !node.expanded;
    this.#draw();
  }
}

const rowNodes = new WeakMap<HTMLElement, KeyNode>();

function stepper(iconName: string, label: string, onclick: () => void): HTMLButtonElement {
  return h(
    'button',
    { type: 'button', class: 'icon-button', 'aria-label': label, title: label, onclick },
    icon(iconName),
  );
}
