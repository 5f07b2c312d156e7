import type { FilePageQuery, FileRow, FileRows, FileSort } from '../../protocol/archiveMessages';

/** Rows asked for at first, and on each "show more". */
export const FIRST_ROWS = 200;
export const MORE_ROWS = 500;
/** More rows at once help nobody and make a page slow; the filter does help. */
export const MAX_ROWS = 5_000;

/** A volume, or something in it. @typeParam C what is known of a volume */
export interface FileNode<C> {
  content: C;
  /** Inside the volume; empty for the volume itself. */
  path: string;
  /** Absent for the volume itself. */
  row: FileRow | undefined;
  parent: FileNode<C> | undefined;
  /** 1 for volumes; where there is but one root, which is not shown, 0. */
  level: number;
  expanded: boolean;
  /** Rows below that have come; undefined before they were asked for. */
  children: FileNode<C>[] | undefined;
  /** Rows there would be without a limit. */
  total: number;
  /** Why its rows could not be read. */
  error?: string;
}

/** A line of the table. */
export type FileLine<C> =
  | { kind: 'node'; node: FileNode<C>; position: number; of: number }
  | { kind: 'more'; parent: FileNode<C>; shown: number; total: number }
  | { kind: 'note'; parent: FileNode<C>; text: string; error: boolean };

/** Folders first, by name. */
export const USUAL_ORDER: FileSort = { by: 'name', descending: false };

/** The volumes of an archive and the files in them, as far as they were asked for. Knows no page and no worker. */
export class FileTree<C> {
  readonly roots: readonly FileNode<C>[];
  #filter = '';
  #sort = USUAL_ORDER;

  /** @param isBare the roots are not shown, only what is in them */
  constructor(
    contents: readonly C[],
    private readonly isBare = false,
  ) {
    this.roots = contents.map((content) => ({
      content,
      path: '',
      row: undefined,
      parent: undefined,
      level: isBare ? 0 : 1,
      expanded: isBare,
      children: undefined,
      total: 0,
    }));
  }

  get filter(): string {
    return this.#filter;
  }

  /** Shows only files whose path has the text, all of them right below their volume. What was there is let go. */
  setFilter(filter: string): void {
    this.#filter = filter;
    this.#forget();
  }

  get sort(): FileSort {
    return this.#sort;
  }

  /** Shows them in another order. What was there is let go. */
  setSort(sort: FileSort): void {
    this.#sort = sort;
    this.#forget();
  }

  #forget(): void {
    for (const root of this.roots) {
      root.children = undefined;
      delete root.error;
    }
  }

  opens(node: FileNode<C>): boolean {
    return node.row === undefined || (node.row.type === 'directory' && this.#filter === '');
  }

  /** What to ask for the rows below a node that are not there yet. */
  query(node: FileNode<C>): FilePageQuery {
    const from = node.children?.length ?? 0;
    return {
      path: node.path,
      from,
      limit: Math.min(from === 0 ? FIRST_ROWS : MORE_ROWS, MAX_ROWS - from),
      ...(this.#filter === '' ? {} : { filter: this.#filter }),
      ...(this.#sort === USUAL_ORDER ? {} : { sort: this.#sort }),
    };
  }

  add(node: FileNode<C>, { rows, total }: FileRows): void {
    const children = rows.map((row): FileNode<C> => ({
      content: node.content,
      path: node.path === '' ? row.name : `${node.path}/${row.name}`,
      row,
      parent: node,
      level: node.level + 1,
      expanded: false,
      children: undefined,
      total: 0,
    }));
    node.children = [...(node.children ?? []), ...children];
    node.total = total;
    delete node.error;
  }

  lines(): FileLine<C>[] {
    const lines: FileLine<C>[] = [];
    const walk = (nodes: readonly FileNode<C>[], of: number): void => {
      nodes.forEach((node, at) => {
        lines.push({ kind: 'node', node, position: at + 1, of });
        if (node.expanded && this.opens(node)) below(node);
      });
    };
    const below = (parent: FileNode<C>): void => {
      const { children, total, error } = parent;
      if (children !== undefined) walk(children, total);
      if (error !== undefined) lines.push({ kind: 'note', parent, text: error, error: true });
      else if (children === undefined) {
        lines.push({ kind: 'note', parent, text: 'Reading…', error: false });
      } else if (children.length === 0) {
        const text = this.#filter === '' ? 'Nothing in it' : 'No file with that in its path';
        lines.push({ kind: 'note', parent, text, error: false });
      } else if (children.length < total) {
        lines.push({ kind: 'more', parent, shown: children.length, total });
      }
    };
    if (this.isBare) this.roots.forEach(below);
    else walk(this.roots, this.roots.length);
    return lines;
  }
}
