import type { RetentionOfKind } from '../../core/retention/settings';
import { h, icon, section } from '../shared/dom';
import { textField } from '../shared/fields';
import { scheduleFields } from '../shared/scheduleFields';
import { problemsOf } from './draft';
import type { Draft } from './draft';
import { policyText } from '../shared/forecast/words';

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
  const { kind, draft, locked, busy, onChange, onFocus } = options;
  return h(
    'fieldset',
    { class: 'schedules' },
    h('legend', {}, 'Automatic backups'),
    ...scheduleFields({
      rows: draft.rows,
      whose: 'platform',
      none: 'No schedule: no backup is made automatically.',
      locked: locked !== undefined,
      ...(locked === undefined ? {} : { describedBy: 'locked' }),
      busy,
      problems: () => problemsOf(draft, kind.policy),
      onChange: (rows, redraw) => onChange(Object.assign(draft, { rows }), redraw),
      onFocus,
    }),
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
