import type { PlanLine } from '../../core/plan';
import { button, h, icon, section } from './dom';
import type { Child } from './dom';
import { planLines } from './planLines';

/** What goes on from a review. */
export interface ReviewActions {
  /** Something goes on: nothing else can begin. */
  busy: boolean;
  onBack: () => void;
  onDiff: () => void;
}

/**
 * A change before it is carried out. Its texts are compared in an editor beside the page.
 *
 * @param options.lead says so
 * @param options.none where there is nothing to be known of it
 * @param options.request what is shown of it besides
 * @param options.carryOut the button that does it
 */
export function reviewSection(
  options: ReviewActions & {
    title: string;
    lead: readonly Child[];
    items: readonly PlanLine[];
    none: string;
    request?: readonly Child[];
    carryOut: HTMLElement;
    /** Why it can't be carried out. */
    stopped?: string | undefined;
  },
): HTMLElement {
  const { title, lead, items, none, request = [], carryOut, stopped } = options;
  const { busy, onBack, onDiff } = options;
  const element = section(
    'review',
    title,
    {},
    h('p', { class: 'lead' }, ...lead),
    items.length > 0 ? planLines(items) : h('p', { class: 'lead' }, icon('pass', 'inline'), none),
    ...request,
    h(
      'div',
      { class: 'actions', role: 'group', 'aria-label': 'This change' },
      carryOut,
      button('Back', onBack, { icon: 'arrow-left', disabled: busy, id: 'back' }),
      button('Show Difference', onDiff, { icon: 'diff', disabled: busy, id: 'diff' }),
    ),
    stopped !== undefined && h('p', { class: 'error', role: 'note' }, stopped),
  );
  // The keyboard goes on here when the page has come from the fields.
  element.querySelector('h2')?.setAttribute('tabindex', '-1');
  return element;
}
