import type { RetentionPolicy } from '../../core/retention/policy';
import type { RetentionOfKind } from '../../core/retention/settings';
import { draftActions } from '../shared/draftActions';
import { isUnchanged, policyOf, problemsOf, warningsOf } from './draft';
import type { Draft } from './draft';

/** Whether there is something of a kind's policy to be reviewed, and what it is about. */
export function retentionActions(options: {
  kind: RetentionOfKind;
  draft: Draft;
  busy: boolean;
  onReview: (policy: RetentionPolicy) => void;
  onUndo: () => void;
}): HTMLElement[] {
  const { kind, draft, busy, onReview, onUndo } = options;
  return draftActions({
    isChanged: !isUnchanged(draft, kind.policy),
    wrong: Object.keys(problemsOf(draft, kind.policy)).length,
    warnings: warningsOf(draft, kind.policy),
    busy,
    shows: 'Shows what would be sent; nothing is sent yet',
    before: 'Nothing is sent before you have reviewed it.',
    onReview: () => {
      const policy = policyOf(draft, kind.policy);
      if (policy !== undefined) onReview(policy);
    },
    onUndo,
  });
}
