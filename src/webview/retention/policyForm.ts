import type { RetentionOfKind } from '../../core/retention/settings';
import { button, h, icon, iconButton, section } from '../shared/dom';
import { select, textField } from '../shared/fields';
import { keysOf, problemsOf, withRow } from './draft';
import type { Draft, DraftRow } from './draft';
import { policyText } from './words';

const UNITS = [
  { value: 'h', label: 'hours' },
  { value: 'd', label: 'days' },
  { value: 'w', label: 'weeks' },
  { value: 'M', label: 'months' },
  { value: 'y', label: 'years' },
] as const;

export interface FormOptions {
  kind: RetentionOfKind;
  draft: Draft;
  /** Why nothing can be changed; undefined where it can. */
  locked: string | undefined;
  busy: boolean;
  /** The person changed a field; `redraw` where fields have come or gone. */
  onChange: (draft: Draft, redraw: boolean) => void;
  /** Puts the focus there once it is drawn. */
  onFocus: (key: string) => void;
  /** What reviews and undoes; stands at the end. */
  actions: HTMLElement;
}

/** The fields of a policy, each with what is wrong with it. */
export function policyForm(options: FormOptions): HTMLElement {
  const { kind, locked, actions } = options;
  const badge = kind.isDefault
    ? h('span', { class: 'badge' }, 'Default policy of the platform')
    : undefined;
  const nothingSet =
    locked === undefined
      ? 'Nothing was ever set for it: the platform does this by itself, until a change is sent.'
      : 'Nothing was ever set for it: the platform does this by itself.';
  return section(
    'policy',
    `Policy of ${kind.title}`,
    badge === undefined ? {} : { aside: badge },
    h('p', { class: 'lead' }, h('strong', {}, 'Holds now: '), policyText(kind.policy)),
    kind.isDefault && h('p', { class: 'muted lead' }, nothingSet),
    schedules(options),
    limits(options),
    locked === undefined && actions,
  );
}

function schedules(options: FormOptions): HTMLElement {
  const { draft, locked, busy, onChange, onFocus } = options;
  const rows = draft.rows.map((row, index) => scheduleRow(row, index, options));
  return h(
    'fieldset',
    { class: 'schedules' },
    h('legend', {}, 'Automatic backups'),
    draft.rows.length === 0 &&
      h('p', { class: 'muted' }, 'No schedule: no backup is made automatically.'),
    draft.rows.length > 0 && h('ol', { class: 'rows' }, ...rows),
    locked === undefined &&
      button(
        'Add Schedule',
        () => {
          const more = withRow(draft);
          const added = more.rows.at(-1);
          onChange(more, true);
          if (added !== undefined) onFocus(keysOf(added).every);
        },
        { icon: 'add', id: 'add-schedule', disabled: busy },
      ),
  );
}

function scheduleRow(row: DraftRow, index: number, options: FormOptions): HTMLElement {
  const { draft, kind, locked, busy, onChange, onFocus } = options;
  const keys = keysOf(row);
  const problems = problemsOf(draft, kind.policy);
  const fixed = locked !== undefined || busy;
  /** The fields hold what was typed; only what is wrong is said anew. */
  const typed = (change: Partial<DraftRow>, key: string) => {
    Object.assign(row, change);
    onChange(draft, false);
    return problemsOf(draft, kind.policy)[key];
  };
  const field = (key: string, label: string, name: 'every' | 'kept') =>
    textField({
      key,
      label,
      value: row[name],
      numeric: true,
      readonly: fixed,
      ...(locked === undefined ? {} : { describedBy: 'locked' }),
      problem: problems[key],
      onInput: (value) => typed({ [name]: value.trim() }, key),
    });
  const remove = () => {
    const rows = draft.rows.filter((other) => other !== row);
    const next = rows[Math.min(index, rows.length - 1)];
    onChange({ ...draft, rows }, true);
    onFocus(next === undefined ? 'add-schedule' : `remove-${next.key}`);
  };
  const remover = iconButton('trash', `Remove schedule ${index + 1}`, remove);
  remover.id = `remove-${row.key}`;
  const units = row.unit === '' ? [{ value: '', label: '(choose)' }, ...UNITS] : [...UNITS];
  return h(
    'li',
    { class: 'row', role: 'group', 'aria-label': `Schedule ${index + 1}` },
    field(keys.every, 'One every', 'every'),
    select<string>({
      key: keys.unit,
      label: 'Unit',
      hiddenLabel: true,
      value: row.unit,
      options: units,
      disabled: fixed,
      onChange: (unit) => {
        row.unit = unit;
        onChange(draft, true);
      },
    }),
    field(keys.kept, 'keep the newest', 'kept'),
    locked === undefined && !busy && remover,
  );
}

function limits(options: FormOptions): HTMLElement {
  const { draft, kind, locked, busy, onChange } = options;
  const problems = problemsOf(draft, kind.policy);
  const field = (key: 'manual' | 'max', label: string) =>
    textField({
      key,
      label,
      value: draft[key],
      numeric: true,
      readonly: locked !== undefined || busy,
      ...(locked === undefined ? {} : { describedBy: 'locked' }),
      problem: problems[key],
      onInput: (value) => {
        draft[key] = value.trim();
        onChange(draft, false);
        return problemsOf(draft, kind.policy)[key];
      },
    });
  return h(
    'fieldset',
    { class: 'limits' },
    h('legend', {}, 'Limits'),
    field('manual', 'Made by hand: keep the newest'),
    field('max', 'In all: at most'),
  );
}

/** Why nothing can be changed. */
export function lockedNotice(reason: string): HTMLElement {
  return h(
    'section',
    { class: 'banner notice', 'aria-labelledby': 'locked-title' },
    icon('lock', 'banner-icon'),
    h(
      'div',
      {},
      h('h2', { id: 'locked-title' }, 'These settings can be read, not changed'),
      h('p', { id: 'locked' }, reason),
    ),
  );
}
