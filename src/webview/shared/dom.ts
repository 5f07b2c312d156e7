type Value = string | number | boolean | undefined;
type Listener = (event: Event) => void;
export type Child = Node | string | undefined | false;

/**
 * Makes an element. Text only ever becomes text nodes, so nothing that a snapshot holds is taken for markup.
 *
 * @param attributes `onclick` and the like are listeners; `false` and `undefined` leave the attribute out
 */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, Value | Listener> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== undefined && value !== false) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((c) => c !== undefined && c !== false));
  return element;
}

/** A codicon. Always beside words that say the same, hence hidden from screen readers. */
export function icon(name: string, className = ''): HTMLElement {
  return h('span', {
    class: `codicon codicon-${name} ${className}`.trim(),
    'aria-hidden': 'true',
  });
}

/** A button with an icon and words. */
export function button(
  label: string,
  onclick: () => void,
  options: {
    icon?: string;
    primary?: boolean;
    disabled?: boolean;
    /** Says why or what, on hover. */
    title?: string;
    id?: string;
    /** For screen readers, where the words alone do not say of what. */
    label?: string;
  } = {},
): HTMLButtonElement {
  return h(
    'button',
    {
      type: 'button',
      id: options.id,
      class: options.primary === true ? 'button primary' : 'button',
      disabled: options.disabled === true,
      title: options.title,
      'aria-label': options.label,
      onclick,
    },
    options.icon !== undefined && icon(options.icon),
    h('span', {}, label),
  );
}

/** A button of an icon alone: its words are in its label and on hover. */
export function iconButton(name: string, label: string, onclick: () => void): HTMLElement {
  return h(
    'button',
    { type: 'button', class: 'icon-button', 'aria-label': label, title: label, onclick },
    icon(name),
  );
}

/** A bar for a share of a whole; decoration, the figure stands beside it. */
export function bar(share: number): HTMLElement {
  const fill = h('span');
  // By script, not by attribute: the page's policy allows no inline styles.
  fill.style.width = `${(Math.min(1, Math.max(0, share)) * 100).toFixed(2)}%`;
  return h('span', { class: 'bar', 'aria-hidden': 'true' }, fill);
}

/** A section with its heading, as a landmark. */
export function section(
  id: string,
  title: string,
  attributes: { aside?: Node } = {},
  ...children: Child[]
): HTMLElement {
  return h(
    'section',
    { id, 'aria-labelledby': `${id}-title` },
    h('div', { class: 'section-head' }, h('h2', { id: `${id}-title` }, title), attributes.aside),
    ...children,
  );
}

/** Makes these the children, in this order. What is there already is not taken out, so focus and scroll stay. */
export function placeChildren(parent: Element, wanted: readonly Node[]): void {
  const stay = new Set(wanted);
  for (const child of [...parent.childNodes]) if (!stay.has(child)) child.remove();
  let next = parent.firstChild;
  for (const child of wanted) {
    if (child === next) next = next.nextSibling;
    else parent.insertBefore(child, next);
  }
}

/** Calls back once calls have ceased for a while. @param ms milliseconds */
export function debounce(ms: number, run: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(run, ms);
  };
}
