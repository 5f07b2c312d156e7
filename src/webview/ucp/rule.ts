import type { UcpRule } from '../../snapshots/ucp/layout';
import { h, icon, section } from '../shared/dom';
import { conditions, ruleOf } from './words';

/** The vendor's rule of a sound backup: what it asks for, and what was found. */
export function ruleSection(rule: UcpRule, isWhole: boolean): HTMLElement {
  const rows = conditions(rule).map(({ holds, title, found }) =>
    h(
      'tr',
      {},
      h(
        'td',
        { class: holds ? 'holds' : 'fails' },
        icon(holds ? 'pass' : 'error', 'inline'),
        holds ? 'Holds' : 'Fails',
      ),
      h('th', { scope: 'row' }, title),
      h('td', {}, found),
    ),
  );
  const heads = ['Result', 'What it asks for', 'Found'].map((title) =>
    h('th', { scope: 'col' }, title),
  );
  return section(
    'rule',
    'The vendor’s rule of a sound backup',
    {
      aside: h('p', { class: 'muted' }, ruleOf(rule)),
    },
    !isWhole && h('p', { class: 'muted rule-note' }, 'Looked at over what could be read.'),
    h(
      'div',
      { class: 'table-frame' },
      h(
        'table',
        { class: 'data rule', 'aria-labelledby': 'rule-title' },
        h('thead', {}, h('tr', {}, ...heads)),
        h('tbody', {}, ...rows),
      ),
    ),
  );
}
