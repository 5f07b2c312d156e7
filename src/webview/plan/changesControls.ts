import type { PlannedChange } from '../../core/plan';
import { ACTIONS, countActions } from '../../core/restoreChoices';
import { button, debounce, h, icon } from '../shared/dom';
import { counted } from '../shared/format';
import { ACTION_SIGNS, RESULT_SIGNS } from './changeRows';
import type { ChangesView, Results } from './changeRows';
import type { ChangesOptions } from './changesSection';
import { select } from '../shared/fields';

const FILTER_WAIT_MS = 150;
const RESULTS = ['failed', 'notReached', 'done', 'left'] as const;

/** The field for the filter. Made once: a new one would lose what is being typed. */
export function filterField({ view, onView }: ChangesOptions): HTMLElement {
  const filter = h('input', {
    type: 'search',
    id: 'filter',
    value: view.filter,
    placeholder: 'Name, kind, stack, reason',
    spellcheck: 'false',
    autocomplete: 'off',
    oninput: debounce(FILTER_WAIT_MS, () => onView({ filter: filter.value })),
  });
  return h(
    'span',
    { class: 'search' },
    h('label', { for: 'filter', class: 'hidden' }, 'Filter'),
    icon('filter'),
    filter,
  );
}

/** What can be said to all rows: how they stand, which are seen, which are chosen. Without the filter. */
export function controls(
  options: ChangesOptions,
  shown: readonly PlannedChange[],
  results: Results | undefined,
): HTMLElement[] {
  const { state, view, onView } = options;
  const parts = [
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
      ...(results === undefined ? actionChips(options) : resultChips(options, results)),
    ),
  ];
  if (!state.open) return parts;
  const chosen = shown.filter((change) => state.isChosen(change)).length;
  const all = h(
    'span',
    { class: 'select-all' },
    h('span', { class: 'muted' }, `${counted(chosen, 'object')} of ${shown.length} shown chosen`),
    button('Choose all shown', () => state.choose(shown, true), {
      id: 'choose-all',
      disabled: chosen === shown.length,
    }),
    button('Choose none of them', () => state.choose(shown, false), {
      id: 'choose-none',
      disabled: chosen === 0,
    }),
  );
  return [...parts, all];
}

function actionChips({ state, view, onView }: ChangesOptions): HTMLElement[] {
  const counts = countActions(state.changes);
  const there = ACTIONS.filter((action) => counts[action] > 0 || view.actions.includes(action));
  return there.map((action) =>
    chip(action, counts[action], ACTION_SIGNS[action], view.actions.includes(action), () =>
      onView({ actions: toggled(view.actions, action) }),
    ),
  );
}

function resultChips({ view, onView }: ChangesOptions, results: Results): HTMLElement[] {
  const count = (wanted: string) =>
    [...results.values()].filter(({ result }) => result === wanted).length;
  return RESULTS.filter((result) => count(result) > 0).map((result) =>
    chip(result, count(result), RESULT_SIGNS[result], view.results.includes(result), () =>
      onView({ results: toggled(view.results, result) }),
    ),
  );
}

function toggled<T>(all: readonly T[], one: T): T[] {
  return all.includes(one) ? all.filter((other) => other !== one) : [...all, one];
}

function chip(
  key: string,
  count: number,
  sign: { icon: string; word: string },
  pressed: boolean,
  onclick: () => void,
): HTMLElement {
  return h(
    'button',
    {
      type: 'button',
      class: `chip ${key}`,
      'data-key': `chip:${key}`,
      'aria-pressed': String(pressed),
      onclick,
    },
    icon(sign.icon),
    `${count} ${sign.word.toLowerCase()}`,
  );
}
