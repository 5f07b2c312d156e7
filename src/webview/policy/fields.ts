import type { EditedPolicy } from '../../core/config/policyText';
import { h } from '../shared/dom';
import { select, textField } from '../shared/fields';
import { valueOf } from './draft';
import type { Draft, Line, Problems } from './draft';

/** What a field is called, and what counts where nobody says anything. */
export const TITLES: Readonly<Record<Line, { label: string; nobody: string; numeric?: boolean }>> =
  {
    manualCount: { label: 'Made by hand: keep the newest', nobody: 'all', numeric: true },
    maxBackups: { label: 'In all: at most', nobody: 'no limit', numeric: true },
    timeZone: { label: 'Time zone', nobody: 'UTC' },
    at: { label: 'Time of day', nobody: '00:00', numeric: true },
    jitter: { label: 'Later by up to', nobody: 'nothing', numeric: true },
    mode: { label: 'Mode', nobody: '' },
    retries: { label: 'Tried again after a failure', nobody: '5 times', numeric: true },
    smallerBy: { label: 'Smaller by more than, in %', nobody: '50', numeric: true },
    every: { label: 'Each backup at least every', nobody: 'never', numeric: true },
    rate: { label: 'Read at most, in MB a second', nobody: '50', numeric: true },
  };

export interface LineOptions {
  draft: Draft;
  inherited: EditedPolicy | undefined;
  busy: boolean;
  problems: () => Problems;
  modes: readonly { id: string; title: string }[];
  /** The person changed a field. */
  onChange: (draft: Draft, redraw: boolean) => void;
}

/** Whose word counts for a field. */
export function sourceText(
  line: Line,
  draft: Draft,
  inherited: EditedPolicy | undefined,
  modes: LineOptions['modes'] = [],
): string {
  const title = (value: string) =>
    line === 'mode' ? (modes.find(({ id }) => id === value)?.title ?? value) : value;
  const files = valueOf(inherited, line);
  // A rate belongs to its own rhythm: the file's does not count beside the cluster's.
  const counts = line === 'rate' && draft.lines.every !== '' ? '' : files;
  if (draft.lines[line] !== '') {
    return counts === ''
      ? 'This cluster’s own'
      : `This cluster’s own; the file’s: ${title(counts)}`;
  }
  if (counts !== '') return `The file’s: ${title(counts)}`;
  const nobody = line === 'mode' ? (modes[0]?.title ?? '') : TITLES[line].nobody;
  return `Default: ${nobody}`;
}

/** A field that holds a line of text, and whose word counts below it. */
export function lineField(line: Line, options: LineOptions): HTMLElement {
  const { draft, inherited, busy, problems, modes, onChange } = options;
  const { label, numeric } = TITLES[line];
  const sourceId = `source-${line}`;
  const source = h(
    'span',
    { class: 'second source', id: sourceId },
    sourceText(line, draft, inherited, modes),
  );
  const change = (value: string, redraw: boolean) => {
    draft.lines[line] = value.trim();
    onChange(draft, redraw);
    return problems()[line];
  };
  if (line === 'mode') {
    const known = modes.map(({ id, title }) => ({ value: id, label: title }));
    const now = draft.lines.mode;
    const other =
      now === '' || modes.some(({ id }) => id === now) ? [] : [{ value: now, label: now }];
    const list = select<string>({
      key: line,
      label,
      value: now,
      disabled: busy,
      options: [{ value: '', label: '(as by default)' }, ...known, ...other],
      onChange: (value) => change(value, true),
    });
    list.querySelector('select')?.setAttribute('aria-describedby', sourceId);
    return h('div', { class: 'text-field' }, list, source);
  }
  const field = textField({
    key: line,
    label,
    value: draft.lines[line],
    numeric: numeric === true,
    readonly: busy,
    describedBy: sourceId,
    problem: problems()[line],
    onInput: (value) => change(value, false),
  });
  field.append(source);
  return field;
}

/** While one types, the field stays and the words below it follow. */
export function saySource(line: Line, draft: Draft, inherited: EditedPolicy | undefined): void {
  const told = document.getElementById(`source-${line}`);
  if (told !== null && line !== 'mode') told.textContent = sourceText(line, draft, inherited);
}
