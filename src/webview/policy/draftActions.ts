import type { EditedPolicy } from '../../core/config/policyText';
import { draftActions } from '../shared/draftActions';
import { editedOf, isUnchanged, problemsOf, warningsOf } from './draft';
import type { Draft } from './draft';

/** Whether there is something of a cluster's policy to be reviewed, and what it is about. */
export function policyActions(options: {
  draft: Draft;
  own: EditedPolicy | undefined;
  inherited: EditedPolicy | undefined;
  busy: boolean;
  onReview: (edited: EditedPolicy) => void;
  onUndo: () => void;
}): HTMLElement[] {
  const { draft, own, inherited, busy, onReview, onUndo } = options;
  return draftActions({
    isChanged: !isUnchanged(draft, own),
    wrong: Object.keys(problemsOf(draft, inherited)).length,
    warnings: warningsOf(draft, inherited),
    busy,
    shows: 'Shows the file as it will be; nothing is saved yet',
    before: 'Nothing is saved before you have reviewed it.',
    onReview: () => {
      const edited = editedOf(draft, inherited);
      if (edited !== undefined) onReview(edited);
    },
    onUndo,
  });
}
