import type { ChangeAction, ChangeResult, PlannedChange } from '../../core/plan';
import { ACTIONS, countActions, countsText } from '../../core/restoreChoices';
import { button, debounce, h, icon, section } from '../shared/dom';
import { counted } from '../shared/format';
import { ACTION_SIGNS, groupsOf } from './changeRows';
import type { ChangeGroup, ChangesView } from './changeRows';
import { changeRow } from './changeRow';
import { checkbox, select } from './fields';
import type { PlanState } from './planState';

const FILTER_WAIT_MS = 150;
const COLUMNS = 4;

export interface ChangesOptions {
  state: PlanState;
  view: ChangesView;
  /** Differences that are open, by id of the change. */
  open: Set<string>;
  onView: (change: Partial<ChangesView>) => void;
  onOpen: () => void;
}

/** Every object of the backup with what happens to it. */
export function changesSection(options: ChangesOptions): HTMLElement {
  const { state, view } = options;
  const groups = groupsOf(state.changes, view);
  const shown = groups.flatMap(({ changes }) => changes);
  const results = new Map(state.shown.outcome?.changes?.map((result) => [result.id, result]));
  return section(
    'changes',
    'What happens to each object',
    {},
    state.open && h('p', { class: 'muted' }, countsText(state.changes), '.'),
    controls(options, shown),
    shown.length === 0
      ? h('p', { class: 'muted' }, 'Nothing matches; take the filter away.')
      : h(
          'div',
          { class: 'table-frame' },
          h(
            'table',
            {
              class: 'data changes',
              'aria-labelledby': 'changes-title',
              'aria-busy': String(state.busy),
            },
            h(
              'thead',
              {},
              h(
                'tr',
                {},
                ...['Object', 'What happens', 'Why, and what you can say', 'Size'].map((title, i) =>
                  h('th', { scope: 'col', class: i === COLUMNS - 1 ? 'number' : undefined }, title),
                ),
              ),
            ),
            ...groups.map((group) => groupBody(options, group, results)),
          ),
        ),
  );
}

function controls(options: ChangesOptions, shown: readonly PlannedChange[]): HTMLElement {
  const { state, view, onView } = options;
  const counts = countActions(state.changes);
  const filter = h('input', {
    type: 'search',
    id: 'filter',
    'data-key': 'filter',
    value: view.filter,
    placeholder: 'Name, kind, stack, reason',
    spellcheck: 'false',
    autocomplete: 'off',
    oninput: debounce(FILTER_WAIT_MS, () => onView({ filter: filter.value })),
  });
  const chosen = shown.filter((change) => state.isChosen(change)).length;
  return h(
    'div',
    { class: 'controls', role: 'group', 'aria-label': 'Which objects' },
    h('label', { for: 'filter', class: 'hidden' }, 'Filter'),
    h('span', { class: 'search' }, icon('filter'), filter),
    select<ChangesView['by']>({
      key: 'by',
      label: 'Group by',
      value: view.by,
      options: [
        { value: 'group', label: 'Stack' },
        { value: 'kind', label: 'Kind' },
      ],
      onChange: (by) => onView({ by }),
    }),
    h(
      'span',
      { class: 'chips', role: 'group', 'aria-label': 'Show only' },
      ...ACTIONS.filter((action) => counts[action] > 0 || view.actions.includes(action)).map(
        (action) => chip(options, action, counts[action]),
      ),
    ),
    state.open &&
      h(
        'span',
        { class: 'select-all' },
        h(
          'span',
          { class: 'muted' },
          `${counted(chosen, 'object')} of ${shown.length} shown chosen`,
        ),
        button('Choose all shown', () => state.choose(shown, true), {
          id: 'choose-all',
          disabled: chosen === shown.length,
        }),
        button('Choose none of them', () => state.choose(shown, false), {
          id: 'choose-none',
          disabled: chosen === 0,
        }),
      ),
  );
}

function chip({ view, onView }: ChangesOptions, action: ChangeAction, count: number): HTMLElement {
  const { icon: name, word } = ACTION_SIGNS[action];
  const pressed = view.actions.includes(action);
  const actions = pressed
    ? view.actions.filter((other) => other !== action)
    : [...view.actions, action];
  return h(
    'button',
    {
      type: 'button',
      class: `chip ${action}`,
      'data-key': `chip:${action}`,
      'aria-pressed': String(pressed),
      onclick: () => onView({ actions }),
    },
    icon(name),
    `${count} ${word.toLowerCase()}`,
  );
}

function groupBody(
  options: ChangesOptions,
  { key, title, changes, counts }: ChangeGroup,
  results: ReadonlyMap<string, ChangeResult>,
): HTMLElement {
  const { state } = options;
  const chosen = changes.filter((change) => state.isChosen(change)).length;
  const label = h('span', {}, h('strong', {}, title), h('span', { class: 'muted counts' }, counts));
  return h(
    'tbody',
    {},
    h(
      'tr',
      { class: 'group' },
      h(
        'th',
        { scope: 'rowgroup', colspan: COLUMNS },
        checkbox({
          key: `group:${key}`,
          label,
          state: chosen === 0 ? false : chosen === changes.length ? true : 'some',
          disabled: !state.open,
          onChange: (checked) => state.choose(changes, checked),
        }),
      ),
    ),
    ...changes.map((change) => changeRow(options, change, results.get(change.id))),
  );
}
