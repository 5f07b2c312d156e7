import type { ShownRetention } from '../../protocol/retentionMessages';
import { button, h } from '../shared/dom';
import { ageText } from '../shared/format';

/** Whose settings they are, how old what is shown is, and what can be done with the whole page. */
export function head(
  { cluster, system, at, busy }: ShownRetention,
  send: (request: { type: 'cancel' | 'refresh' }) => void,
): HTMLElement {
  const stoppable = busy !== undefined && busy !== 'asked';
  return h(
    'header',
    { class: 'head' },
    h(
      'div',
      { class: 'title' },
      h('h1', {}, `Retention on the platform: ${cluster}`),
      h(
        'p',
        { class: 'muted' },
        `${system} makes and keeps these backups itself, by settings of its own.`,
        at !== undefined && ' Read ',
        at !== undefined && h('span', { 'data-age': at }, ageText(at)),
        at !== undefined && '.',
      ),
    ),
    h(
      'div',
      { class: 'actions', role: 'group', 'aria-label': 'Actions' },
      stoppable
        ? button('Cancel', () => send({ type: 'cancel' }), {
            icon: 'circle-slash',
            id: 'cancel',
          })
        : button('Refresh', () => send({ type: 'refresh' }), {
            icon: 'refresh',
            id: 'refresh',
            disabled: busy !== undefined,
          }),
    ),
  );
}
