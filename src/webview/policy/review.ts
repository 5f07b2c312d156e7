import type { ShownPolicy } from '../../protocol/policyMessages';
import { button, h, icon, section } from '../shared/dom';
import { planLines } from '../shared/planLines';

export interface ReviewOptions {
  review: NonNullable<ShownPolicy['review']>;
  file: string;
  busy: boolean;
  onSave: () => void;
  onBack: () => void;
  onDiff: () => void;
}

/** A change before it is saved: what has to be known. The texts are compared in an editor. */
export function review({ review: shown, file, busy, onSave, onBack, onDiff }: ReviewOptions) {
  const { items, goes } = shown;
  const element = section(
    'review',
    'Review the change',
    {},
    h(
      'p',
      { class: 'lead' },
      'Nothing has been saved yet. The file as it is and as it will be are compared in an editor beside this page: ',
      h('code', {}, file),
    ),
    items.length > 0
      ? planLines(items)
      : h('p', { class: 'lead' }, icon('pass', 'inline'), 'No backup goes by it.'),
    h(
      'div',
      { class: 'actions', role: 'group', 'aria-label': 'This change' },
      button(goes > 0 ? 'Save…' : 'Save', onSave, {
        icon: 'save',
        primary: true,
        disabled: busy,
        title: goes > 0 ? 'Asks once more, as backups go' : 'Writes the file',
        id: 'save',
      }),
      button('Back', onBack, { icon: 'arrow-left', disabled: busy, id: 'back' }),
      button('Show Difference', onDiff, { icon: 'diff', disabled: busy, id: 'diff' }),
    ),
  );
  // The keyboard goes on here when the page has come from the fields.
  element.querySelector('h2')?.setAttribute('tabindex', '-1');
  return element;
}
