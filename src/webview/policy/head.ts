import type { ShownPolicy } from '../../protocol/policyMessages';
import { button, h, icon } from '../shared/dom';
import { ageText, printable } from '../shared/format';

/** Whose policy it is, where it is written, and what can be done with the whole page. */
export function head(
  { cluster, system, file, at, busy }: ShownPolicy,
  send: (request: { type: 'refresh' } | { type: 'open'; place: 'policy' }) => void,
): HTMLElement {
  return h(
    'header',
    { class: 'head' },
    h(
      'div',
      { class: 'title' },
      h('h1', {}, `Policy: ${cluster}`),
      h(
        'p',
        { class: 'muted' },
        `${system} · `,
        h('code', {}, printable(file)),
        at !== undefined && ' · read ',
        at !== undefined && h('span', { 'data-age': at }, ageText(at)),
      ),
    ),
    h(
      'div',
      { class: 'actions', role: 'group', 'aria-label': 'Actions' },
      button('Open Configuration', () => send({ type: 'open', place: 'policy' }), {
        icon: 'go-to-file',
        id: 'open-policy',
      }),
      button('Refresh', () => send({ type: 'refresh' }), {
        icon: 'refresh',
        id: 'refresh',
        disabled: busy !== undefined,
      }),
    ),
  );
}

/** Where the platform keeps the backups itself: what this page says of them, and what it can't. */
export function platformNotice(
  { system, platform }: ShownPolicy,
  onPlatform: () => void,
): HTMLElement | undefined {
  if (platform === undefined) return undefined;
  return h(
    'section',
    { class: 'banner', 'aria-labelledby': 'platform-title' },
    icon('cloud', 'banner-icon'),
    h(
      'div',
      {},
      h('h2', { id: 'platform-title' }, `${system} keeps the backups on its own side`),
      h(
        'p',
        {},
        platform.settings
          ? 'It makes and keeps them by schedules of its own; nothing here makes or deletes one there. Here you say who is told, and how backups are checked.'
          : 'Here you say when they are made, and how long those are kept that a schedule has had made; all others stay there.',
      ),
      platform.settings &&
        h(
          'div',
          { class: 'actions' },
          button('Edit Retention on the Platform…', onPlatform, {
            icon: 'calendar',
            id: 'platform',
          }),
        ),
    ),
  );
}
