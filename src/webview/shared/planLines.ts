import type { PlanLine } from '../../core/plan';
import { h, icon } from './dom';

const SEVERITIES = {
  blocker: { icon: 'error', word: 'Blocks' },
  warning: { icon: 'warning', word: 'Warning' },
  info: { icon: 'info', word: 'Note' },
} as const;

const ORDER = { blocker: 0, warning: 1, info: 2 } as const;

/** What stops it first, then what must be read, then what is only told. */
export function orderedItems<T extends Pick<PlanLine, 'severity'>>(items: readonly T[]): T[] {
  return [...items].sort((a, b) => ORDER[a.severity] - ORDER[b.severity]);
}

/** The lines of a plan, in their order. @param fields what a line asks, below it */
export function planLines(
  items: readonly PlanLine[],
  fields: (item: PlanLine) => readonly HTMLElement[] = () => [],
): HTMLElement {
  return h(
    'ul',
    { class: 'items' },
    ...orderedItems(items).map((item) => lineItem(item, fields(item))),
  );
}

function lineItem(
  { severity, code, title, detail }: PlanLine,
  fields: readonly HTMLElement[],
): HTMLElement {
  const shown = SEVERITIES[severity];
  return h(
    'li',
    { class: `item ${severity}` },
    icon(shown.icon, 'item-icon'),
    h(
      'div',
      {},
      h('p', {}, h('span', { class: 'badge' }, shown.word), h('strong', {}, title)),
      detail !== undefined && h('p', { class: 'detail' }, detail),
      ...fields,
      h('p', { class: 'muted small' }, h('code', {}, code)),
    ),
  );
}
