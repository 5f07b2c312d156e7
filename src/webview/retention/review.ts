import type { RetentionPlan } from '../../core/retention/settings';
import { button, h, icon, section } from '../shared/dom';
import { planLines } from '../shared/planLines';

export interface ReviewOptions {
  plan: RetentionPlan;
  /** Of the kind of environment. */
  title: string;
  busy: boolean;
  onSend: () => void;
  onBack: () => void;
  onDiff: () => void;
}

/** A change before it is sent: what has to be known, and the very request. */
export function review(options: ReviewOptions): HTMLElement {
  const { plan, title, busy, onSend, onBack, onDiff } = options;
  const blocked = plan.items.some(({ severity }) => severity === 'blocker');
  const hindrance = 'Something stands in its way; it is named above';
  const element = section(
    'review',
    `Review: ${title}`,
    {},
    h(
      'p',
      { class: 'lead' },
      'Nothing has been sent yet. The settings before and after are compared in an editor beside this page.',
    ),
    plan.items.length > 0
      ? planLines(plan.items)
      : h('p', { class: 'lead' }, icon('pass', 'inline'), 'The plan warns of nothing.'),
    h('h3', { id: 'request-title' }, 'What will be sent'),
    // It may be wider than the page, and is scrolled with the keyboard.
    h(
      'pre',
      { class: 'request', tabindex: '0', role: 'region', 'aria-labelledby': 'request-title' },
      h('code', {}, plan.request),
    ),
    h(
      'div',
      { class: 'actions', role: 'group', 'aria-label': 'This change' },
      button('Send…', onSend, {
        icon: 'cloud-upload',
        primary: !blocked,
        disabled: blocked || busy,
        title: blocked ? hindrance : 'Asks once more before it is sent',
        id: 'send',
      }),
      button('Back', onBack, { icon: 'arrow-left', disabled: busy, id: 'back' }),
      button('Show Difference', onDiff, { icon: 'diff', disabled: busy, id: 'diff' }),
    ),
    blocked &&
      h('p', { class: 'error', role: 'note' }, `It can’t be sent: ${hindrance.toLowerCase()}.`),
  );
  // The keyboard goes on here when the page has come from the fields.
  element.querySelector('h2')?.setAttribute('tabindex', '-1');
  return element;
}
