import type { EditedPolicy } from '../../core/config/policyText';
import { button, h, icon } from '../shared/dom';
import { editedOf, isUnchanged, problemsOf, warningsOf } from './draft';
import type { Draft } from './draft';
import { hindrance } from './words';

/** Whether there is something to be reviewed, and what it is about. */
export function draftActions(options: {
  draft: Draft;
  own: EditedPolicy | undefined;
  inherited: EditedPolicy | undefined;
  busy: boolean;
  onReview: (edited: EditedPolicy) => void;
  onUndo: () => void;
}): HTMLElement[] {
  const { draft, own, inherited, busy, onReview, onUndo } = options;
  const edited = editedOf(draft, inherited);
  const isChanged = !isUnchanged(draft, own);
  const stands = hindrance(isChanged, Object.keys(problemsOf(draft, inherited)).length);
  const warnings = isChanged ? warningsOf(draft, inherited) : [];
  return [
    ...warnings.map((text) => h('p', { class: 'advice' }, icon('warning', 'inline'), text)),
    h(
      'div',
      { class: 'actions', role: 'group', 'aria-label': 'Your changes' },
      button(
        'Review the Change…',
        () => {
          if (edited !== undefined) onReview(edited);
        },
        {
          icon: 'diff',
          primary: stands === undefined,
          disabled: busy || stands !== undefined,
          title: stands ?? 'Shows the file as it will be; nothing is saved yet',
          id: 'review-change',
        },
      ),
      button('Undo Changes', onUndo, { icon: 'discard', disabled: busy || !isChanged, id: 'undo' }),
      h(
        'p',
        { class: 'muted hindrance' },
        stands ?? 'Nothing is saved before you have reviewed it.',
      ),
    ),
  ];
}
