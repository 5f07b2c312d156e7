/** What a grid of rows that open says about them. */
export interface TreeGridRows<N> {
  nodeOf: (row: HTMLTableRowElement) => N | undefined;
  parentOf: (node: N) => N | undefined;
  /** Whether its rows below are shown. */
  isOpen: (node: N) => boolean;
  /** Opens or closes it; nothing for what does not open. */
  toggle: (node: N) => void;
}

/** Keys of a tree grid (WAI-ARIA Authoring Practices, Treegrid Pattern, rows first). */
export function onTreeGridKey<N>(
  event: KeyboardEvent,
  body: HTMLElement,
  { nodeOf, parentOf, isOpen, toggle }: TreeGridRows<N>,
): void {
  const row = event.target instanceof HTMLTableRowElement ? event.target : undefined;
  const node = row === undefined ? undefined : nodeOf(row);
  if (row === undefined || node === undefined || event.ctrlKey || event.altKey || event.metaKey) {
    return;
  }
  const rows = [...body.querySelectorAll<HTMLTableRowElement>('tr[tabindex]')];
  const at = rows.indexOf(row);
  const goTo = (target: number): void => rows[target]?.focus();
  const actions: Record<string, () => void> = {
    ArrowDown: () => goTo(at + 1),
    ArrowUp: () => goTo(at - 1),
    Home: () => goTo(0),
    End: () => goTo(rows.length - 1),
    Enter: () => toggle(node),
    ' ': () => toggle(node),
    ArrowRight: () => (isOpen(node) ? goTo(at + 1) : toggle(node)),
    ArrowLeft: () => {
      const parent = parentOf(node);
      if (isOpen(node)) toggle(node);
      else if (parent !== undefined) rows.find((r) => nodeOf(r) === parent)?.focus();
    },
  };
  const action = actions[event.key];
  if (action === undefined) return;
  event.preventDefault();
  action();
}

/** Makes a row the one that the tab key reaches. */
export function makeCurrent(body: HTMLElement, row: HTMLElement): void {
  for (const other of body.querySelectorAll<HTMLElement>('tr[tabindex="0"]')) other.tabIndex = -1;
  row.tabIndex = 0;
}
