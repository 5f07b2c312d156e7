import type { ConflictPolicy } from '../../core/model';
import type { ChangeResult, PlannedChange } from '../../core/plan';
import { isActive, nameProblem, withName, withPolicy } from '../../core/restoreChoices';
import { button, h, icon } from '../shared/dom';
import { bytesText, counted, exactBytes, printable } from '../shared/format';
import { ACTION_SIGNS, offersName, offersPolicy, POLICIES, RESULT_SIGNS } from './changeRows';
import type { ChangesOptions } from './changesSection';
import { checkbox, focusOn, select, textField } from '../shared/fields';
import { nameKey } from './planState';
import type { PlanState } from './planState';
import { secretField } from './secretField';

/** One object: whether it is taken, what happens to it and why, and what the person can say to it. */
export function changeRow(
  options: ChangesOptions,
  change: PlannedChange,
  result: ChangeResult | undefined,
): HTMLElement {
  const { state } = options;
  const { id, kind, name, target, bytes } = change;
  const chosen = state.isChosen(change);
  const label = h(
    'span',
    { class: 'object' },
    h('span', { class: 'name' }, printable(name)),
    target !== undefined &&
      h(
        'span',
        { class: 'target' },
        icon('arrow-right', 'inline'),
        h('span', { class: 'hidden' }, ' becomes '),
        printable(target),
      ),
    h('span', { class: 'second' }, place(change, options.view.by === 'kind')),
  );
  return h(
    'tr',
    {
      class: result !== undefined ? 'over' : chosen ? change.action : 'out',
      'data-key': `row:${id}`,
    },
    h(
      'th',
      { scope: 'row', title: id },
      checkbox({
        key: `choose:${id}`,
        label,
        state: chosen,
        disabled: !state.open,
        onChange: (checked) => state.choose([change], checked),
      }),
    ),
    h(
      'td',
      { class: 'action' },
      ...(result === undefined ? actionCell(change, chosen) : resultCell(result)),
    ),
    h('td', { class: 'why', 'data-kind': kind }, ...whyCell(options, change, result)),
    h(
      'td',
      { class: 'number', title: bytes === undefined ? undefined : exactBytes(bytes) },
      bytes === undefined ? '' : bytesText(bytes),
    ),
  );
}

/** Kind and whatever else tells it from others of its name. */
function place({ id, kind, name, group }: PlannedChange, byKind: boolean): string {
  const between =
    id.startsWith(`${kind}/`) && id.endsWith(`/${name}`)
      ? id.slice(kind.length + 1, -name.length - 1)
      : '';
  const parts = [byKind ? (group === undefined ? 'in no stack' : `stack ${group}`) : kind];
  if (between !== '') parts.push(`on ${between}`);
  return parts.join(' ');
}

function actionCell(change: PlannedChange, chosen: boolean): HTMLElement[] {
  const sign = chosen ? ACTION_SIGNS[change.action] : { icon: 'dash', word: 'Not chosen' };
  const cell = [h('span', { class: 'sign' }, icon(sign.icon), h('span', {}, sign.word))];
  if (isActive(change) && change.destructive === true) {
    cell.push(
      h('span', { class: 'sign destructive' }, icon('flame'), h('span', {}, 'Destructive')),
    );
  }
  return cell;
}

function resultCell({ result }: ChangeResult): HTMLElement[] {
  const { icon: name, word, tone } = RESULT_SIGNS[result];
  return [h('span', { class: `sign ${tone}` }, icon(name), h('span', {}, word))];
}

function whyCell(
  options: ChangesOptions,
  change: PlannedChange,
  result: ChangeResult | undefined,
): (HTMLElement | undefined | false)[] {
  const { state } = options;
  const { code, destructive } = change;
  const reason =
    change.reason ??
    (change.action === 'conflict' ? 'What is there is not what the backup has.' : undefined);
  if (result !== undefined) return [h('p', {}, result.message ?? reason ?? '')];
  return [
    reason === undefined && code === undefined
      ? undefined
      : h('p', {}, reason, ' ', code !== undefined && h('code', { class: 'muted code' }, code)),
    isActive(change) &&
      destructive === true &&
      h('p', { class: 'destructive' }, 'Something that is there now is lost by it.'),
    differences(options, change),
    asked(state, change),
    policy(state, change),
    newName(state, change),
  ];
}

function differences(
  { open, onOpen }: ChangesOptions,
  { id, differences: list = [] }: PlannedChange,
): HTMLElement | undefined {
  if (list.length === 0) return undefined;
  const details = h(
    'details',
    {
      open: open.has(id),
      ontoggle: () => {
        if (details.open) open.add(id);
        else open.delete(id);
        onOpen();
      },
    },
    h('summary', { 'data-key': `differences:${id}` }, counted(list.length, 'difference')),
    h('ul', {}, ...list.map((line) => h('li', {}, h('code', {}, printable(line))))),
  );
  return details;
}

function asked(state: PlanState, { id, asks, chosen }: PlannedChange): HTMLElement | undefined {
  if (asks === undefined || !chosen || !state.open) return undefined;
  return secretField(state, { id, ...asks });
}

function policy(state: PlanState, change: PlannedChange): HTMLElement | undefined {
  const { choices } = state;
  if (!state.open || !offersPolicy(change, choices)) return undefined;
  const all = choices.conflict ?? 'skip';
  const overall = POLICIES.find(({ value }) => value === all)?.label ?? all;
  return select<ConflictPolicy | 'all'>({
    key: `policy:${change.id}`,
    label: 'It is there already:',
    value: choices.conflicts?.[change.id] ?? 'all',
    options: [{ value: 'all', label: `As for all (${overall.toLowerCase()})` }, ...POLICIES],
    onChange: (value) =>
      state.change(withPolicy(state.choices, change.id, value === 'all' ? undefined : value)),
  });
}

/** A button that opens the field for another name; Enter keeps the name, Escape the one from before. */
function newName(state: PlanState, change: PlannedChange): HTMLElement | undefined {
  const { id, name, target } = change;
  if (!state.open || !offersName(change, state.choices)) return undefined;
  const key = nameKey(id);
  const opener = `rename-${id}`;
  if (!state.isRenaming(id)) {
    const open = () => {
      state.beginRename(id);
      focusOn(key);
    };
    return button('Rename…', open, {
      id: opener,
      label: `Rename ${name}…`,
      title: 'Restores it under another name',
    });
  }
  return textField({
    key,
    label: 'New name:',
    value: state.draft(key, state.choices.rename?.[id]),
    placeholder: target ?? name,
    problem: state.problem(key),
    onInput: (text) =>
      state.type(key, text, nameProblem(state.changes, change, text), () =>
        withName(state.choices, id, text),
      ),
    onEnd: (keep) => {
      if (state.endRename(id, keep)) focusOn(opener);
    },
  });
}
