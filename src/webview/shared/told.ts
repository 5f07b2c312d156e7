import type { ProblemShown } from '../../protocol/problemShown';
import { h, icon } from './dom';

/** A matter in a sentence, with the icon that stands for its tone. */
export interface Told {
  tone: 'good' | 'bad' | 'notice' | 'info';
  icon: string;
  title: string;
  text: string;
}

/** A verdict, an outcome or what goes on. */
export function banner(told: Told, id: string): HTMLElement {
  return h(
    'section',
    { class: `banner ${told.tone}`, 'aria-labelledby': id },
    icon(told.icon, 'banner-icon'),
    h('div', {}, h('h2', { id }, told.title), h('p', {}, told.text)),
  );
}

/** What came to nothing. */
export function problemTold({ message, next, code, cancelled }: ProblemShown): Told {
  return cancelled
    ? { tone: 'notice', icon: 'circle-slash', title: 'Not carried out', text: message }
    : { tone: 'bad', icon: 'error', title: message, text: `${next} [${code}]` };
}

/** The person is asked, by the editor. */
export const ASKED: Told = {
  tone: 'info',
  icon: 'question',
  title: 'The editor asks for your answer',
  text: 'Nothing has been changed.',
};

/** As a screen reader reads it out. */
export function spoken({ title, text }: Pick<Told, 'title' | 'text'>): string {
  return `${title.replace(/\.$/, '')}. ${text}`;
}
