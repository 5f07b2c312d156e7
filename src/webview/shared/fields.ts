import { h } from './dom';

/** A box with its words, which switch it as well. @param key finds it again after a redraw */
export function checkbox(options: {
  key: string;
  label: HTMLElement | string;
  hiddenLabel?: boolean;
  state: boolean | 'some';
  disabled?: boolean;
  onChange: (checked: boolean) => void;
}): HTMLLabelElement {
  const { key, label, hiddenLabel, state, disabled, onChange } = options;
  const input = h('input', {
    type: 'checkbox',
    'data-key': key,
    checked: state === true,
    disabled,
    onchange: () => onChange(input.checked),
  });
  input.indeterminate = state === 'some';
  return h(
    'label',
    { class: 'check' },
    input,
    h('span', { class: hiddenLabel ? 'hidden' : '' }, label),
  );
}

/** A list to choose one of. */
export function select<T extends string>(options: {
  key: string;
  label: string;
  hiddenLabel?: boolean;
  value: T;
  options: readonly { value: T; label: string }[];
  disabled?: boolean;
  onChange: (value: T) => void;
}): HTMLLabelElement {
  const { key, label, hiddenLabel, value, disabled, onChange } = options;
  const list = h(
    'select',
    { 'data-key': key, disabled, onchange: () => onChange(list.value as T) },
    ...options.options.map((option) =>
      h('option', { value: option.value, selected: option.value === value }, option.label),
    ),
  );
  return h(
    'label',
    { class: 'field' },
    h('span', { class: hiddenLabel ? 'hidden' : '' }, label),
    list,
  );
}

/** A line to type in, with what is wrong with it said below as one types. */
export function textField(options: {
  key: string;
  label: string;
  value: string;
  placeholder?: string;
  disabled?: boolean;
  /** Can be read and copied, not changed. */
  readonly?: boolean;
  /** For a figure of a few digits. */
  numeric?: boolean;
  /** Element that says more. */
  describedBy?: string;
  /** Gives what is wrong, undefined when nothing is. */
  onInput: (value: string) => string | undefined;
  /** Enter gives true, Escape false. */
  onEnd?: (keep: boolean) => void;
  problem: string | undefined;
}): HTMLElement {
  const { key, label, value, placeholder, disabled, onInput, onEnd } = options;
  const { readonly, numeric, describedBy } = options;
  const problemId = `problem-${key}`;
  const problem = h('span', { class: 'problem', id: problemId }, options.problem);
  const say = (text: string | undefined) => {
    problem.textContent = text ?? '';
    input.setAttribute('aria-invalid', String(text !== undefined));
  };
  const input = h('input', {
    type: 'text',
    class: numeric === true ? 'text numeric' : 'text',
    inputmode: numeric === true ? 'numeric' : undefined,
    'data-key': key,
    value,
    placeholder,
    disabled,
    readonly,
    spellcheck: 'false',
    autocomplete: 'off',
    'aria-describedby': describedBy === undefined ? problemId : `${problemId} ${describedBy}`,
    'aria-invalid': String(options.problem !== undefined),
    oninput: () => say(onInput(input.value)),
    onkeydown: (event) => {
      if (!(event instanceof KeyboardEvent) || event.isComposing) return;
      if (event.key !== 'Enter' && event.key !== 'Escape') return;
      event.preventDefault();
      onEnd?.(event.key === 'Enter');
    },
  });
  return h(
    'div',
    { class: 'text-field' },
    h('label', { class: 'field' }, h('span', {}, label), input),
    problem,
  );
}

/** Says what is wrong with a text field that is drawn already. @param problem undefined where nothing is */
export function sayProblem(key: string, problem: string | undefined): void {
  const told = document.getElementById(`problem-${key}`);
  if (told === null) return;
  const text = problem ?? '';
  if (told.textContent !== text) told.textContent = text;
  const field = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  field?.setAttribute('aria-invalid', String(problem !== undefined));
}

/** Draws anew and puts focus, caret and what is looked at back to where they were. */
export function keepingPlace(draw: () => void): void {
  const active = document.activeElement;
  const place = active instanceof HTMLElement ? placeOf(active) : undefined;
  const caret =
    active instanceof HTMLInputElement && active.selectionStart !== null
      ? ([active.selectionStart, active.selectionEnd] as const)
      : undefined;
  const anchor = anchorOf(active);
  draw();
  const again = place === undefined ? null : document.querySelector<HTMLElement>(place);
  if (again !== null && again !== document.activeElement) {
    again.focus({ preventScroll: true });
    if (caret !== undefined && again instanceof HTMLInputElement) {
      again.setSelectionRange(caret[0], caret[1]);
    }
  }
  const now = anchor?.find();
  if (anchor === undefined || now === undefined) return;
  const moved = now.getBoundingClientRect().top - anchor.top;
  if (moved !== 0) window.scrollBy({ top: moved, behavior: 'instant' });
}

/** Puts the focus on the field or button with this key or id. */
export function focusOn(key: string): void {
  const place = `[data-key="${CSS.escape(key)}"], #${CSS.escape(key)}`;
  document.querySelector<HTMLElement>(place)?.focus();
}

/** What must not move: what has the focus, if it can be seen, else what is at the top of the window. */
function anchorOf(
  active: Element | null,
): { top: number; find: () => Element | undefined } | undefined {
  if (window.scrollY === 0) return undefined;
  const below = document.querySelector('header.head')?.getBoundingClientRect().bottom ?? 0;
  const seen = (element: Element) => {
    const { top, bottom } = element.getBoundingClientRect();
    return bottom > below && top < window.innerHeight;
  };
  const focused =
    active instanceof HTMLElement && placeOf(active) !== undefined && seen(active)
      ? active
      : undefined;
  const anchor =
    focused ??
    document.elementFromPoint(window.innerWidth / 2, below + 12)?.closest('tr, section[id]');
  if (anchor === null || anchor === undefined) return undefined;
  const place = anchor instanceof HTMLElement ? placeOf(anchor) : undefined;
  return {
    top: anchor.getBoundingClientRect().top,
    find: () =>
      anchor.isConnected
        ? anchor
        : ((place === undefined ? null : document.querySelector(place)) ?? undefined),
  };
}

/** Fields and rows have a key, buttons and sections an id. */
function placeOf({ dataset, id }: HTMLElement): string | undefined {
  const key = dataset['key'];
  if (key !== undefined) return `[data-key="${CSS.escape(key)}"]`;
  return id === '' ? undefined : `#${CSS.escape(id)}`;
}
