import type { ShownPolicy } from '../../protocol/policyMessages';
import { button, h } from '../shared/dom';
import { reviewSection } from '../shared/reviewSection';
import type { ReviewActions } from '../shared/reviewSection';

export interface ReviewOptions extends ReviewActions {
  review: NonNullable<ShownPolicy['review']>;
  file: string;
  onSave: () => void;
}

/** A change before it is saved: what has to be known. */
export function review({ review: shown, file, onSave, ...actions }: ReviewOptions): HTMLElement {
  const { items, goes } = shown;
  return reviewSection({
    ...actions,
    title: 'Review the change',
    lead: [
      'Nothing has been saved yet. The file as it is and as it will be are compared in an editor beside this page: ',
      h('code', {}, file),
    ],
    items,
    none: 'No backup goes by it.',
    carryOut: button(goes > 0 ? 'Save…' : 'Save', onSave, {
      icon: 'save',
      primary: true,
      disabled: actions.busy,
      title: goes > 0 ? 'Asks once more, as backups go' : 'Writes the file',
      id: 'save',
    }),
  });
}
