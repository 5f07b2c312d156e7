import { ageText } from './format';

/**
 * Lets ages grow while the page stays open: of every element whose `data-age` is an ISO time.
 *
 * @param everyMs milliseconds
 */
export function keepAges(everyMs: number): void {
  setInterval(() => {
    for (const element of document.querySelectorAll<HTMLElement>('[data-age]')) {
      element.textContent = ageText(element.dataset['age'] ?? '');
    }
  }, everyMs);
}
