import type { ErrorInfo } from '../../core/errors';
import { h, icon } from './dom';
import type { Child } from './dom';
import { ageText, countText } from './format';

/** What a check found, for people. */
export interface Verdict {
  tone: string;
  icon: string;
  title: string;
  text: string;
}

export interface VerdictBanner {
  verdict: Verdict;
  verification: { at: string; by: string };
  error: Pick<ErrorInfo, 'code'> | undefined;
  /** What to do now. */
  next: string | undefined;
  /** What to do instead, e.g. to open it as another kind of file. */
  other?: Child;
  /** Of a damaged file. */
  readable: string | undefined;
}

/** The verdict in icon and words; for a damaged file what is wrong, what to do, what can still be read. */
export function verdictBanner(banner: VerdictBanner): HTMLElement {
  const { tone, icon: name, title, text } = banner.verdict;
  const { verification, error, next, other, readable } = banner;
  return h(
    'section',
    { class: `banner ${tone}`, 'aria-labelledby': 'verdict' },
    icon(name, 'banner-icon'),
    h(
      'div',
      {},
      h('h2', { id: 'verdict' }, title),
      h('p', {}, text),
      next !== undefined && h('p', { class: 'next' }, next),
      other,
      readable !== undefined && h('p', {}, h('strong', {}, 'What can still be read: '), readable),
      tone === 'good'
        ? h(
            'p',
            { class: 'muted' },
            'Checked ',
            h('span', { 'data-age': verification.at }, ageText(verification.at)),
            ` by version ${verification.by}.`,
          )
        : error !== undefined && h('p', { class: 'muted' }, h('code', {}, error.code)),
    ),
  );
}

/** What is in it, in a few large figures; nothing where there are none. */
export function figuresList(
  all: readonly [count: number, what: string][],
): HTMLElement | undefined {
  if (all.length === 0) return undefined;
  return h(
    'ul',
    { class: 'figures', 'aria-label': 'What it holds' },
    ...all.map(([count, what]) => h('li', {}, h('strong', {}, countText(count)), ` ${what}`)),
  );
}
