import type { KeyRows } from '../../compose/inspections';
import type { Sort, SortedKeyQuery } from '../../protocol/inspectMessages';
import { sorted } from '../shared/sorting';

/** Rows asked for at first, and on each "show more". */
export const FIRST_ROWS = 200;
export const MORE_ROWS = 500;
/** More rows at once help nobody and make a page slow; the filter does help. */
export const MAX_ROWS = 5_000;

/** What the person set; kept while the page is hidden. */
export interface KeyView {
  depth: number;
  filter: string;
  sort: Sort;
}

export interface KeyNode {
  /** Whole prefix, as the snapshot has it; unique among what is not `self`. */
  name: string;
  count: number;
  sum: number;
  /** `self` is the key that is named like a prefix of others. */
  kind: 'prefix' | 'key' | 'self';
  parent: KeyNode | undefined;
  /** 1 at the top. */
  level: number;
  expanded: boolean;
  children: Children | undefined;
}

interface Children {
  nodes: KeyNode[];
  /** Rows there would be without the limit. */
  total: number;
  limit: number;
}

/** A line of the table. */
export type KeyLine =
  | { kind: 'node'; node: KeyNode; position: number; of: number }
  | { kind: 'more'; parent: KeyNode | undefined; shown: number; total: number };

/** The rows of keys as they are shown: prefixes that open into deeper ones. Knows no page and no worker. */
export class KeyTree {
  totals = { rows: 0, count: 0, sum: 0 };
  #root: Children = { nodes: [], total: 0, limit: FIRST_ROWS };

  constructor(readonly view: KeyView) {}

  /** What to ask for the top rows. @param more how many further ones than now */
  rootQuery(more = 0): SortedKeyQuery {
    const limit = Math.min(MAX_ROWS, this.#root.limit + more);
    return { ...this.view, limit };
  }

  setRoot(rows: KeyRows, limit: number): void {
    const known = new Map(this.#root.nodes.map((n) => [n.name, n]));
    this.totals = { rows: rows.totalRows, count: rows.totalCount, sum: rows.totalSum };
    const nodes = rows.rows.map((row) => {
      const before = known.get(row.name);
      // What was opened stays open when more rows come.
      return before?.count === row.count ? before : node(row, this.view.depth, undefined);
    });
    this.#root = { nodes, total: rows.totalRows, limit };
    this.#order();
  }

  /** What to ask for the rows below a prefix: one part deeper. */
  childQuery(parent: KeyNode, more = 0): SortedKeyQuery {
    const below = `${parent.name}/`;
    const { filter, sort } = this.view;
    const limit = Math.min(MAX_ROWS, (parent.children?.limit ?? FIRST_ROWS) + more);
    return {
      depth: parent.name.split('/').length + 1,
      // A filter longer than the prefix still holds below it.
      filter: filter.startsWith(below) ? filter : below,
      limit,
      sort,
    };
  }

  setChildren(parent: KeyNode, rows: KeyRows, limit: number): void {
    if (rows.totalRows === 0) {
      parent.kind = 'key';
      parent.expanded = false;
      parent.children = undefined;
      return;
    }
    const nodes = rows.rows.map((row) => node(row, parent.name.split('/').length + 1, parent));
    const count = parent.count - rows.totalCount;
    if (count > 0) {
      nodes.push({
        ...node({ name: parent.name, count, sum: parent.sum - rows.totalSum }, 0, parent),
        kind: 'self',
      });
    }
    parent.children = { nodes, total: rows.totalRows + (count > 0 ? 1 : 0), limit };
    parent.expanded = true;
    this.#order();
  }

  sortBy(sort: Sort): void {
    this.view.sort = sort;
    this.#order();
  }

  /** True when a limit cuts rows somewhere, so that another order may bring other rows. */
  get cut(): boolean {
    return this.lines().some((line) => line.kind === 'more');
  }

  lines(): KeyLine[] {
    const lines: KeyLine[] = [];
    const walk = ({ nodes, total }: Children, parent: KeyNode | undefined): void => {
      nodes.forEach((n, at) => {
        lines.push({ kind: 'node', node: n, position: at + 1, of: total });
        if (n.expanded && n.children !== undefined) walk(n.children, n);
      });
      if (nodes.length < total) lines.push({ kind: 'more', parent, shown: nodes.length, total });
    };
    walk(this.#root, undefined);
    return lines;
  }

  #order(): void {
    const order = (children: Children): void => {
      children.nodes = sorted(children.nodes, this.view.sort);
      for (const n of children.nodes) if (n.children !== undefined) order(n.children);
    };
    order(this.#root);
  }
}

function node(
  row: { name: string; count: number; sum: number },
  depth: number,
  parent: KeyNode | undefined,
): KeyNode {
  // With fewer parts than asked for, there is nothing below it.
  const whole = row.count === 1 && row.name.split('/').length < depth;
  return {
    ...row,
    kind: whole ? 'key' : 'prefix',
    parent,
    level: (parent?.level ?? 0) + 1,
    expanded: false,
    children: undefined,
  };
}
