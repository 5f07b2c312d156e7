import { button, h, iconButton } from './dom';
import { keysOf, withRow } from './draftRows';
import type { DraftRow } from './draftRows';
import { select, textField } from './fields';

const PLATFORM_UNITS = [
  { value: 'h', label: 'hours' },
  { value: 'd', label: 'days' },
  { value: 'w', label: 'weeks' },
  { value: 'M', label: 'months' },
  { value: 'y', label: 'years' },
] as const;

/** Platforms know no minutes and no seconds. */
export const UNITS = {
  platform: PLATFORM_UNITS,
  vault: [{ value: 's', label: 'seconds' }, { value: 'm', label: 'minutes' }, ...PLATFORM_UNITS],
} as const;

export interface ScheduleFieldsOptions {
  rows: readonly DraftRow[];
  whose: keyof typeof UNITS;
  /** Said where there is no row. */
  none: string;
  /** Shown, and not to be changed. */
  locked: boolean;
  /** Element that says why. */
  describedBy?: string;
  busy: boolean;
  /** What is wrong now, by the field's key. */
  problems: () => Readonly<Record<string, string>>;
  /** The person changed a field; `redraw` where fields have come or gone. */
  onChange: (rows: DraftRow[], redraw: boolean) => void;
  /** Puts the focus there once it is drawn. */
  onFocus: (key: string) => void;
}

/** Schedules as rows of fields, each with what is wrong with it, and a button for one more. */
export function scheduleFields(options: ScheduleFieldsOptions): HTMLElement[] {
  const { rows, none, locked, busy, onChange, onFocus } = options;
  const add = () => {
    const more = withRow(rows);
    const added = more.at(-1);
    onChange(more, true);
    if (added !== undefined) onFocus(keysOf(added).every);
  };
  const list =
    rows.length === 0
      ? h('p', { class: 'muted' }, none)
      : h('ol', { class: 'rows' }, ...rows.map((row, index) => fieldsOf(row, index, options)));
  if (locked) return [list];
  return [list, button('Add Schedule', add, { icon: 'add', id: 'add-schedule', disabled: busy })];
}

function fieldsOf(row: DraftRow, index: number, options: ScheduleFieldsOptions): HTMLElement {
  const { rows, whose, locked, describedBy, busy, problems, onChange, onFocus } = options;
  const keys = keysOf(row);
  const fixed = locked || busy;
  /** The fields hold what was typed; only what is wrong is said anew. */
  const typed = (change: Partial<DraftRow>, key: string) => {
    Object.assign(row, change);
    onChange([...rows], false);
    return problems()[key];
  };
  const field = (key: string, label: string, name: 'every' | 'kept') =>
    textField({
      key,
      label,
      value: row[name],
      numeric: true,
      readonly: fixed,
      ...(describedBy === undefined ? {} : { describedBy }),
      problem: problems()[key],
      onInput: (value) => typed({ [name]: value.trim() }, key),
    });
  const remove = () => {
    const left = rows.filter((other) => other !== row);
    const next = left[Math.min(index, left.length - 1)];
    onChange(left, true);
    onFocus(next === undefined ? 'add-schedule' : `remove-${next.key}`);
  };
  const remover = iconButton('trash', `Remove schedule ${index + 1}`, remove);
  remover.id = `remove-${row.key}`;
  const units =
    row.unit === '' ? [{ value: '', label: '(choose)' }, ...UNITS[whose]] : [...UNITS[whose]];
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
        onChange([...rows], true);
      },
    }),
    field(keys.kept, 'keep the newest', 'kept'),
    !fixed && remover,
  );
}
