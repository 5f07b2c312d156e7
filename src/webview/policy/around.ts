import type { Beside, PolicyPlace, ShownPolicy } from '../../protocol/policyMessages';
import { button, h, icon, section } from '../shared/dom';
import { printable } from '../shared/format';

const WHOSE = {
  cluster: 'This cluster’s own',
  file: 'The file’s, for all its clusters',
  nobody: 'By default',
} as const;

/** What counts beside the policy and is edited in the file: vault, encryption, hooks, notices. */
export function around(shown: ShownPolicy, onOpen: (place: PolicyPlace) => void): HTMLElement {
  const { vault, encryption, hooks } = shown;
  const rows = [
    vault && row('vault', 'Vault', [vault], onOpen),
    encryption && row('encryption', 'Encryption', [encryption], onOpen),
    hooks && row('before', 'Hooks before', hooks.before, onOpen),
    hooks && row('after', 'Hooks after', hooks.after, onOpen),
    hooks && row('notices', 'Notices', hooks.notices, onOpen),
  ];
  return section(
    'around',
    'Edited in the configuration',
    {},
    h(
      'div',
      { class: 'table-frame' },
      h(
        'table',
        { class: 'data', 'aria-labelledby': 'around-title' },
        h('tbody', {}, ...rows.filter((one) => one !== undefined)),
      ),
    ),
  );
}

function row(
  place: PolicyPlace,
  title: string,
  values: readonly Beside[],
  onOpen: (place: PolicyPlace) => void,
): HTMLElement {
  const [first] = values;
  const open = place === 'encryption' && first?.text.startsWith('Not encrypted');
  return h(
    'tr',
    {},
    h('th', { scope: 'row' }, title),
    h(
      'td',
      {},
      open === true && icon('unlock', 'inline'),
      ...(first === undefined
        ? [h('span', { class: 'muted' }, 'None')]
        : values.map(({ text }) => h('span', { class: 'value' }, printable(text)))),
      first !== undefined && h('span', { class: 'second' }, WHOSE[first.saidBy]),
    ),
    h(
      'td',
      { class: 'doing' },
      button('Open', () => onOpen(place), {
        icon: 'go-to-file',
        id: `open-${place}`,
        label: `Open ${title.toLowerCase()} in the configuration`,
      }),
    ),
  );
}
