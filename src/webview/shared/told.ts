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
