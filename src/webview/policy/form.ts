import { button, h, section } from '../shared/dom';
import { rowsOf } from '../shared/draftRows';
import { policyText } from '../shared/forecast/words';
import { scheduleFields } from '../shared/scheduleFields';
import type { Draft, Line } from './draft';
import { lineField } from './fields';
import type { LineOptions } from './fields';
import { PRESETS, withPreset } from './presets';

export interface FormOptions extends LineOptions {
  /** Puts the focus there once it is drawn. */
  onFocus: (key: string) => void;
  /** The platform makes backups by schedules of its own: there can be none here. */
  platformMakesThem: boolean;
  /** Says to whom can't see it what a button has done. */
  onSay: (text: string) => void;
  /** What reviews and undoes; stands at the end. */
  actions: HTMLElement;
}

/** The fields of a policy, each with whose word counts and with what is wrong with it. */
export function form(options: FormOptions): HTMLElement {
  const { draft, inherited } = options;
  const nothing = inherited === undefined && draft.rows === undefined;
  return section(
    'policy',
    'Policy',
    {},
    nothing &&
      h(
        'p',
        { class: 'lead' },
        h('strong', {}, 'Nothing happens by itself yet.'),
        ' Begin with a usual policy, or add a schedule. Nothing is saved before you have reviewed it.',
      ),
    !options.platformMakesThem && presets(options),
    schedules(options),
    group('Limits', ['manualCount', 'maxBackups'], options),
    group('When, and how', ['timeZone', 'at', 'jitter', 'mode', 'retries'], options),
    group(
      'Checks',
      ['every', 'rate'],
      options,
      'Backups are read back from the vault. An interval like 30d or 2w.',
    ),
    group(
      'Care',
      ['smallerBy'],
      options,
      'Nothing is deleted while the newest backup is smaller than the one before by more than this.',
    ),
    options.actions,
  );
}

function presets({ draft, inherited, busy, onChange, onFocus, onSay }: FormOptions): HTMLElement {
  const isChecked = inherited?.verify !== undefined;
  return h(
    'div',
    { class: 'presets', role: 'group', 'aria-label': 'Usual policies' },
    ...PRESETS.map((preset) =>
      button(
        preset.title,
        () => {
          onChange(withPreset(draft, preset, isChecked), true);
          onFocus(`preset-${preset.id}`);
          onSay(`The fields are filled: ${preset.text}`);
        },
        { id: `preset-${preset.id}`, title: preset.text, disabled: busy },
      ),
    ),
  );
}

function schedules(options: FormOptions): HTMLElement {
  const { draft, inherited, busy, problems, onChange, onFocus } = options;
  if (options.platformMakesThem) return noSchedules(options);
  const files = inherited?.schedules;
  const set = (rows: Draft['rows']) =>
    onChange({ lines: draft.lines, ...(rows === undefined ? {} : { rows }) }, true);
  const follows = draft.rows === undefined && files !== undefined;
  const fields = scheduleFields({
    rows: draft.rows ?? rowsOf(files ?? [], 'vault'),
    whose: 'vault',
    none: 'No schedule: no backup is made by itself.',
    locked: follows,
    ...(follows ? { describedBy: 'source-schedules' } : {}),
    busy,
    problems,
    onChange: (rows, redraw) => {
      // The last one that goes leaves nothing said, unless the file would say something then.
      const left = rows.length === 0 && files === undefined ? undefined : rows;
      if (redraw) set(left);
      else onChange(draft, false);
    },
    onFocus,
  });
  const whose =
    files === undefined
      ? undefined
      : follows
        ? 'These are the file’s, for all its clusters that have none of their own.'
        : `This cluster’s own; the file’s: ${policyText({ schedules: files })}`;
  const turn = (rows: Draft['rows'], next: string) => () => {
    set(rows);
    onFocus(next);
  };
  const leave = button('Give This Cluster Its Own', turn(rowsOf(files ?? [], 'vault'), 'follow'), {
    icon: 'edit',
    id: 'own',
    disabled: busy,
  });
  const follow = button('Use the File’s', turn(undefined, 'own'), {
    icon: 'discard',
    id: 'follow',
    disabled: busy,
  });
  return h(
    'fieldset',
    { class: 'schedules' },
    h('legend', {}, 'Schedules'),
    ...fields,
    whose !== undefined && h('p', { class: 'second source', id: 'source-schedules' }, whose),
    files !== undefined && (follows ? leave : follow),
  );
}

/** The file's schedules count as well: they have to be left out by the cluster. */
function noSchedules({ draft, inherited, busy, onChange, onFocus }: FormOptions): HTMLElement {
  const counting = draft.rows ?? inherited?.schedules ?? [];
  const out = () => {
    onChange({ lines: draft.lines, rows: [] }, true);
    onFocus('review-change');
  };
  return h(
    'fieldset',
    { class: 'schedules' },
    h('legend', {}, 'Schedules'),
    h('p', { class: 'muted' }, 'The platform makes the backups by schedules of its own.'),
    counting.length > 0 &&
      h(
        'p',
        { class: 'error' },
        'Schedules of the configuration count for this cluster, and can’t.',
      ),
    counting.length > 0 &&
      button('Leave Them Out', out, { icon: 'discard', id: 'leave-out', disabled: busy }),
  );
}

function group(
  title: string,
  lines: readonly Line[],
  options: FormOptions,
  lead?: string,
): HTMLElement {
  return h(
    'fieldset',
    { class: 'limits' },
    h('legend', {}, title),
    lead !== undefined && h('p', { class: 'muted whole' }, lead),
    ...lines.map((line) => lineField(line, options)),
  );
}
