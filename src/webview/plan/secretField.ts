import { button, h, icon } from '../shared/dom';
import type { PlanState } from './planState';

/** A secret that is asked for. It goes to the editor alone; the page only learns that it was given. */
export function secretField(
  state: Pick<PlanState, 'give' | 'forget'>,
  { id, title, given }: { id: string; title: string; given: boolean },
): HTMLElement {
  const give = (from: 'file' | 'text') => () => state.give(id, from);
  return h(
    'div',
    { class: 'asks', role: 'group', 'aria-label': title },
    h(
      'span',
      { class: 'sign' },
      icon(given ? 'pass-filled' : 'key'),
      `${title}: ${given ? 'given' : 'not given'}`,
    ),
    button('Choose File…', give('file'), { id: `file-${id}`, title: `${title}, from a file` }),
    button('Enter…', give('text'), { id: `text-${id}`, title: `${title}, typed unseen` }),
    given && button('Forget', () => state.forget(id), { id: `forget-${id}`, title }),
  );
}
