import { h, placeChildren } from './dom';

/** What a page is drawn in, and a line beside it that a screen reader reads out when it changes. */
export class PageFrame {
  readonly main = h('main');
  readonly #live = h('div', { class: 'hidden', role: 'status', 'aria-live': 'polite' });

  constructor() {
    document.body.append(this.#live, this.main);
  }

  /** Draws the parts there are, in their order; what is drawn already stays. */
  place(parts: readonly (HTMLElement | undefined)[]): void {
    placeChildren(
      this.main,
      parts.filter((part) => part !== undefined),
    );
  }

  /** Read out in any case. */
  say(text: string): void {
    this.#live.textContent = text;
  }

  /** Read out where it is something else than before. */
  announce(text: string): void {
    if (this.#live.textContent !== text) this.say(text);
  }
}
