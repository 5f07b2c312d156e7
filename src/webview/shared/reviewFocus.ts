import { focusOn } from './fields';

/** Takes the keyboard along when a page goes from the fields to the review of a change and back. */
export class ReviewFocus {
  #reviewed: number | undefined;

  /**
   * To be called when the page has been drawn.
   *
   * @param shown.review absent: the fields are shown
   * @param back gives the key of what is gone back to
   */
  follow(
    { review, busy }: { review?: { number: number }; busy?: unknown },
    back: () => string,
  ): void {
    const number = review?.number;
    if (number !== undefined && number !== this.#reviewed) goTo('review-title');
    const isBack = number === undefined && this.#reviewed !== undefined && busy === undefined;
    if (isBack) goTo(back());
    if (number !== undefined || isBack) this.#reviewed = number;
  }
}

function goTo(id: string): void {
  focusOn(id);
  document.getElementById(id)?.scrollIntoView({ block: 'nearest' });
}
