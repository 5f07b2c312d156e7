import type { RetentionOfKind } from '../../core/retention/settings';
import { h } from '../shared/dom';

/** A tab for each kind of environment; the arrow keys go from one to the next. */
export function kindTabs(options: {
  kinds: readonly RetentionOfKind[];
  current: string;
  isEdited: (id: string) => boolean;
  onChoose: (id: string) => void;
}): HTMLElement {
  const { kinds, current, isEdited, onChoose } = options;
  const go = (id: string | undefined) => {
    if (id === undefined) return;
    onChoose(id);
    document.getElementById(`tab-${id}`)?.focus();
  };
  const key = (event: Event) => {
    if (!(event instanceof KeyboardEvent)) return;
    const at = kinds.findIndex(({ id }) => id === current);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: kinds.length - 1 }[
      event.key
    ];
    if (next === undefined) return;
    event.preventDefault();
    go(kinds[(next + kinds.length) % kinds.length]?.id);
  };
  return h(
    'div',
    { class: 'tabs', role: 'tablist', 'aria-label': 'Kinds of environments' },
    ...kinds.map(({ id, title }) =>
      h(
        'button',
        {
          type: 'button',
          class: 'tab',
          role: 'tab',
          id: `tab-${id}`,
          'aria-selected': String(id === current),
          'aria-controls': 'panel',
          tabindex: id === current ? '0' : '-1',
          onclick: () => go(id),
          onkeydown: key,
        },
        title,
        h('span', { class: 'edited', hidden: !isEdited(id) }, ' · edited'),
      ),
    ),
  );
}

/** Says whether what was typed for a kind differs from what holds. */
export function markEdited(id: string, isEdited: boolean): void {
  const mark = document.querySelector<HTMLElement>(`#tab-${CSS.escape(id)} .edited`);
  if (mark !== null) mark.hidden = !isEdited;
}
