import type { PlannedChange } from '../../core/plan';
import { countsText, resultsText } from '../../core/restoreChoices';
import { h, placeChildren, section } from '../shared/dom';
import { groupsOf } from './changeRows';
import type { ChangeGroup, ChangesView, Results } from './changeRows';
import { changeRow } from './changeRow';
import { controls, filterField } from './changesControls';
import { checkbox } from '../shared/fields';
import type { PlanState } from './planState';

const COLUMNS = 4;
/** Rows drawn at once: more of them would be felt. */
const ROWS_AT_ONCE = 250;

export interface ChangesOptions {
  state: PlanState;
  view: ChangesView;
  /** Differences that are open, by id of the change. */
  open: Set<string>;
  onView: (change: Partial<ChangesView>) => void;
  onOpen: () => void;
  /** There is more to draw, soon. */
  onMore: () => void;
}

/** A row that is drawn, and all that it shows. */
interface Drawn {
  shows: string;
  element: HTMLElement;
}

/**
 * Every object of a backup with what happens to it. Draws anew only the rows that show something else than before, and
 * not too many at once, so that thousands stay fluent; focus and what is open stay in the others.
 */
export class ChangesSection {
  #options: ChangesOptions;
  #groups = new Map<string, ChangeGroup>();
  #rows = new Map<string, Drawn>();
  #bodies = new Map<string, HTMLElement>();
  #more: ReturnType<typeof setTimeout> | undefined;
  readonly #filter: HTMLElement;
  readonly #controls = h('div', {
    class: 'controls',
    role: 'group',
    'aria-label': 'Which objects',
  });
  readonly #counts = h('p', { class: 'muted' });
  readonly #columns = h('colgroup', {}, ...Array.from({ length: COLUMNS }, () => h('col')));
  readonly #head = h('thead');
  readonly #table = h('table', { class: 'data changes', 'aria-labelledby': 'changes-title' });
  readonly #frame = h('div', { class: 'table-frame' }, this.#table);
  readonly #nothing = h('p', { class: 'muted' }, 'Nothing matches; take the filter away.');
  readonly #element = section('changes', '', {}, this.#counts, this.#controls);

  constructor(options: ChangesOptions) {
    this.#options = options;
    this.#filter = filterField(options);
  }

  /** The section as things stand now; always the same element. What is too much for once follows by `onMore`. */
  draw(view: ChangesView): HTMLElement {
    const options = (this.#options = { ...this.#options, view });
    const { state } = options;
    const list = state.shown.outcome?.changes;
    const results = list && new Map(list.map((result) => [result.id, result]));
    const groups = groupsOf(state.changes, view, results);
    const shown = groups.flatMap(({ changes }) => changes);
    const title = this.#element.querySelector('h2');
    if (title !== null) {
      title.textContent = state.over ? 'What became of each object' : 'What happens to each object';
    }
    this.#counts.textContent = `${list === undefined ? countsText(state.changes) : resultsText(list)}.`;
    placeChildren(this.#controls, [this.#filter, ...controls(options, shown, results)]);
    this.#drawHead(state.over);
    const isWhole = this.#drawRows(groups, results);
    this.#table.setAttribute('aria-busy', String(state.busy || !isWhole));
    clearTimeout(this.#more);
    if (!isWhole) this.#more = setTimeout(() => options.onMore());
    const below = shown.length === 0 ? this.#nothing : this.#frame;
    const above = [...this.#element.children].slice(0, 1);
    placeChildren(this.#element, [...above, this.#counts, this.#controls, below]);
    return this.#element;
  }

  #drawHead(over: boolean): void {
    const titles = over
      ? ['Object', 'Result', 'Why', 'Size']
      : ['Object', 'What happens', 'Why, and what you can say', 'Size'];
    const cells = titles.map((title, i) =>
      h('th', { scope: 'col', class: i === COLUMNS - 1 ? 'number' : undefined }, title),
    );
    this.#head.replaceChildren(h('tr', {}, ...cells));
  }

  /** Gives false when some rows are still missing, or show what was before. */
  #drawRows(groups: readonly ChangeGroup[], results: Results | undefined): boolean {
    const { state, view } = this.#options;
    const former = this.#rows;
    this.#groups = new Map(groups.map((group) => [group.key, group]));
    this.#rows = new Map();
    let left = ROWS_AT_ONCE;
    const keep = (key: string, shows: string, make: () => HTMLElement) => {
      const before = former.get(key);
      const isNew = before?.shows !== shows;
      const row = !isNew ? before : left > 0 ? { shows, element: make() } : before;
      if (isNew) left--;
      if (row !== undefined) this.#rows.set(key, row);
      return row?.element;
    };
    const bodies = new Map<string, HTMLElement>();
    for (const group of groups) {
      const body = this.#bodies.get(group.key) ?? h('tbody');
      const chosen = group.changes.filter((change) => state.isChosen(change)).length;
      const all = chosen === 0 ? false : chosen === group.changes.length ? true : 'some';
      const head = keep(
        group.key,
        JSON.stringify([group.title, group.counts, all, state.open, view.by]),
        () => this.#groupHead(group, all),
      );
      const rows = group.changes.map((change) => {
        const result = results?.get(change.id);
        return keep(change.id, this.#shows(change, result), () =>
          changeRow(this.#options, change, result),
        );
      });
      const drawn = [head, ...rows].filter((row) => row !== undefined);
      if (drawn.length === 0) continue;
      placeChildren(body, drawn);
      bodies.set(group.key, body);
    }
    this.#bodies = bodies;
    placeChildren(this.#table, [this.#columns, this.#head, ...bodies.values()]);
    return left >= 0;
  }

  /** All that a row is made of, but for what is being typed into it. */
  #shows(change: PlannedChange, result: unknown): string {
    const { state, view } = this.#options;
    const { id } = change;
    const { conflict, conflicts, rename } = state.choices;
    return JSON.stringify([
      change,
      result,
      state.isChosen(change),
      state.open,
      state.isRenaming(id),
      conflict,
      conflicts?.[id],
      rename?.[id],
      view.by,
    ]);
  }

  #groupHead({ key, title, counts }: ChangeGroup, chosen: boolean | 'some'): HTMLElement {
    const { state } = this.#options;
    const label = h(
      'span',
      {},
      h('strong', {}, title),
      h('span', { class: 'muted counts' }, counts),
    );
    return h(
      'tr',
      { class: 'group', 'data-key': `head:${key}` },
      h(
        'th',
        { scope: 'rowgroup', colspan: COLUMNS },
        checkbox({
          key: `group:${key}`,
          label,
          state: chosen,
          disabled: !state.open,
          onChange: (checked) => state.choose(this.#groups.get(key)?.changes ?? [], checked),
        }),
      ),
    );
  }
}
