import { h, icon } from '../shared/dom';
import type { Child } from '../shared/dom';

/** One side of a restore: where from, where to. */
export function card(
  title: string,
  iconName: string,
  name: string,
  ...facts: Child[]
): HTMLElement {
  return h(
    'section',
    { class: 'card', 'aria-label': title },
    h('p', { class: 'muted' }, title),
    h('h2', {}, icon(iconName, 'inline'), name),
    h(
      'p',
      { class: 'muted dots' },
      ...facts.filter((f) => f !== false && f !== undefined).map((f) => h('span', {}, f)),
    ),
  );
}
