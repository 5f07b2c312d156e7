import type { UcpRule } from '../../snapshots/ucp/layout';
import { h, icon, section } from '../shared/dom';
import { conditions, ruleOf } from './words';
import type { Condition } from './words';

const ICONS: Record<Condition['state'], string> = {
  holds: 'pass',
  fails: 'error',
  open: 'question',
};
const WORDS: Record<Condition['state'], string> = {
  holds: 'Holds',
  fails: 'Fails',
  open: 'Not known',
};

/** The vendor's rule of a sound backup: what it asks for, and what was found. */
export function ruleSection(rule: UcpRule, isWhole: boolean): HTMLElement {
  const rows = conditions(rule, isWhole).map(({ state, title, found }) =>
    h(
      'tr',
      {},
      h('td', { class: state }, icon(ICONS[state], 'inline'), WORDS[state]),
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
