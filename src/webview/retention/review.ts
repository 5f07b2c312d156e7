import type { RetentionPlan } from '../../core/retention/settings';
import { button, h } from '../shared/dom';
import { reviewSection } from '../shared/reviewSection';
import type { ReviewActions } from '../shared/reviewSection';

export interface ReviewOptions extends ReviewActions {
  plan: RetentionPlan;
  /** Of the kind of environment. */
  title: string;
  onSend: () => void;
}

/** A change before it is sent: what has to be known, and the very request. */
export function review({ plan, title, onSend, ...actions }: ReviewOptions): HTMLElement {
  const blocked = plan.items.some(({ severity }) => severity === 'blocker');
  const hindrance = 'Something stands in its way; it is named above';
  return reviewSection({
    ...actions,
    title: `Review: ${title}`,
    lead: [
      'Nothing has been sent yet. The settings before and after are compared in an editor beside this page.',
    ],
    items: plan.items,
    none: 'The plan warns of nothing.',
    request: [
      h('h3', { id: 'request-title' }, 'What will be sent'),
      // It may be wider than the page, and is scrolled with the keyboard.
      h(
        'pre',
        { class: 'request', tabindex: '0', role: 'region', 'aria-labelledby': 'request-title' },
        h('code', {}, plan.request),
      ),
    ],
    carryOut: button('Send…', onSend, {
      icon: 'cloud-upload',
      primary: !blocked,
      disabled: blocked || actions.busy,
      title: blocked ? hindrance : 'Asks once more before it is sent',
      id: 'send',
    }),
    stopped: blocked ? `It can’t be sent: ${hindrance.toLowerCase()}.` : undefined,
  });
}
