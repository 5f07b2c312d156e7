import { h } from '../shared/dom';

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
  /** Gives what is wrong, undefined when nothing is. */
  onInput: (value: string) => string | undefined;
  problem: string | undefined;
}): HTMLElement {
  const { key, label, value, placeholder, disabled, onInput } = options;
  const problemId = `problem-${key}`;
  const problem = h('span', { class: 'problem', id: problemId }, options.problem);
  const say = (text: string | undefined) => {
    problem.textContent = text ?? '';
    input.setAttribute('aria-invalid', String(text !== undefined));
  };
  const input = h('input', {
    type: 'text',
    class: 'text',
    'data-key': key,
    value,
    placeholder,
    disabled,
    spellcheck: 'false',
    autocomplete: 'off',
    'aria-describedby': problemId,
    'aria-invalid': String(options.problem !== undefined),
    oninput: () => say(onInput(input.value)),
  });
  return h(
    'div',
    { class: 'text-field' },
    h('label', { class: 'field' }, h('span', {}, label), input),
    problem,
  );
}

/** Draws anew and puts focus, caret and place back to where they were. */
export function keepingFocus(draw: () => void): void {
  const active = document.activeElement;
  const place = active instanceof HTMLElement ? placeOf(active) : undefined;
  const caret =
    active instanceof HTMLInputElement && active.type !== 'checkbox'
      ? ([active.selectionStart, active.selectionEnd] as const)
      : undefined;
  const top = window.scrollY;
  draw();
  const again = place === undefined ? null : document.querySelector<HTMLElement>(place);
  again?.focus({ preventScroll: true });
  if (caret !== undefined && again instanceof HTMLInputElement) {
    again.setSelectionRange(caret[0], caret[1]);
  }
  window.scrollTo(0, top);
}

/** Fields have a key, buttons an id. */
function placeOf({ dataset, id }: HTMLElement): string | undefined {
  const key = dataset['key'];
  if (key !== undefined) return `[data-key="${CSS.escape(key)}"]`;
  return id === '' ? undefined : `#${CSS.escape(id)}`;
}
