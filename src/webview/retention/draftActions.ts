import type { RetentionPolicy } from '../../core/retention/policy';
import type { RetentionOfKind } from '../../core/retention/settings';
import { button, h, icon } from '../shared/dom';
import { isUnchanged, policyOf, problemsOf, warningsOf } from './draft';
import type { Draft } from './draft';

/** Whether there is something to be reviewed, and what it is about. */
export function draftActions(options: {
  kind: RetentionOfKind;
  draft: Draft;
  busy: boolean;
  onReview: (policy: RetentionPolicy) => void;
  onUndo: () => void;
}): HTMLElement[] {
  const { kind, draft, busy, onReview, onUndo } = options;
  const policy = policyOf(draft, kind.policy);
  const changed = !isUnchanged(draft, kind.policy);
  const wrong = Object.keys(problemsOf(draft, kind.policy)).length;
  const hindrance = !changed
    ? 'Nothing has been changed.'
    : wrong > 0
      ? `${wrong === 1 ? 'One field is' : `${wrong} fields are`} not right yet.`
      : undefined;
  const review = button(
    'Review the Change…',
    () => {
      if (policy !== undefined) onReview(policy);
    },
    {
      icon: 'diff',
      primary: hindrance === undefined,
      disabled: busy || hindrance !== undefined,
      title: hindrance ?? 'Shows what would be sent; nothing is sent yet',
      id: 'review-change',
    },
  );
  const undo = button('Undo Changes', onUndo, {
    icon: 'discard',
    disabled: busy || !changed,
    id: 'undo',
  });
  const note = hindrance ?? 'Nothing is sent before you have reviewed it.';
  const warnings = changed ? warningsOf(draft, kind.policy) : [];
  return [
    ...warnings.map((text) => h('p', { class: 'advice' }, icon('warning', 'inline'), text)),
    h(
      'div',
      { class: 'actions', role: 'group', 'aria-label': 'Your changes' },
      review,
      undo,
      h('p', { class: 'muted hindrance' }, note),
    ),
  ];
}
