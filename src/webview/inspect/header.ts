import type { InspectNotice, InspectRequest, ShownSnapshot } from '../../protocol/inspectMessages';
import { button, h, icon } from '../shared/dom';
import type { Child } from '../shared/dom';
import { agePart } from '../shared/facts';
import { ageText, bytesText, countText } from '../shared/format';
import { guidance, highlights, isReadable, isRestorable, readable, verdict } from './words';

type Send = (request: InspectRequest) => void;

/** Name, verdict and what can be done with the file. */
export function header(
  name: string,
  snapshot: ShownSnapshot,
  send: Send,
  copyJson: () => void,
): { element: HTMLElement; setNotice: (notice: InspectNotice) => void } {
  const restorable = isRestorable(snapshot);
  const verify = button('Verify again', () => send({ type: 'verify' }), { icon: 'verified' });
  const restore = button('Restore…', () => send({ type: 'restore' }), {
    icon: 'history',
    primary: restorable,
    ...(restorable ? {} : { title: 'Only a whole Consul snapshot can be restored.' }),
  });
  const copy = button('Copy as JSON', copyJson, {
    icon: 'json',
    title: 'What “consul snapshot inspect -format=json” prints, with the keys as shown below',
  });
  const buttons = { verify, restore, copyJson: copy };
  const element = h(
    'header',
    { class: 'head' },
    h(
      'div',
      { class: 'title' },
      h('h1', {}, name),
      h('p', { class: 'muted' }, ...subtitle(snapshot)),
    ),
    isReadable(snapshot.product) &&
      h('div', { class: 'actions', role: 'group', 'aria-label': 'Actions' }, restore, verify, copy),
  );
  return {
    element,
    setNotice({ busy, file }) {
      const unnamed = snapshot.report.identity.id === undefined;
      const off = { restore: !restorable, copyJson: unnamed, verify: false };
      for (const [action, one] of Object.entries(buttons)) {
        one.disabled = file === 'deleted' || off[action as keyof typeof buttons];
        // Not disabled: that would take the focus away. The editor ignores a second press.
        one.setAttribute('aria-disabled', String(busy !== undefined));
        one.classList.toggle('busy', busy === action);
      }
    },
  };
}

function subtitle({ product, report, size }: ShownSnapshot): Child[] {
  const { index, time } = report.identity;
  const facts = [
    product.title.charAt(0).toUpperCase() + product.title.slice(1),
    bytesText(size),
    index !== undefined && `index ${countText(index)}`,
  ];
  const told = facts.filter((part) => part !== false && part !== '').join(' · ');
  return [told, ...agePart(time)];
}

/** The verdict in icon and words; for a damaged file what is wrong, what to do, what can still be read. */
export function verdictBanner(snapshot: ShownSnapshot): HTMLElement {
  const { tone, icon: name, title, text } = verdict(snapshot);
  const guide = guidance(snapshot.product);
  const next = guide?.next ?? snapshot.error?.next;
  const damaged = tone === 'bad' && guide === undefined;
  const { at, by } = snapshot.verification;
  return h(
    'section',
    { class: `banner ${tone}`, 'aria-labelledby': 'verdict' },
    icon(name, 'banner-icon'),
    h(
      'div',
      {},
      h('h2', { id: 'verdict' }, title),
      h('p', {}, text),
      tone !== 'good' && next !== undefined && h('p', { class: 'next' }, next),
      damaged && h('p', {}, h('strong', {}, 'What can still be read: '), readable(snapshot)),
      tone === 'good' &&
        h(
          'p',
          { class: 'muted' },
          'Checked ',
          h('span', { 'data-age': at }, ageText(at)),
          ` by version ${by}.`,
        ),
      tone === 'bad' &&
        snapshot.error !== undefined &&
        h('p', { class: 'muted' }, h('code', {}, snapshot.error.code)),
    ),
  );
}

/** What is in it, in a few large figures. */
export function figures(counts: Readonly<Record<string, number>>): HTMLElement | undefined {
  const all = highlights(counts);
  if (all.length === 0) return undefined;
  return h(
    'ul',
    { class: 'figures', 'aria-label': 'What it holds' },
    ...all.map(([count, what]) => h('li', {}, h('strong', {}, countText(count)), ` ${what}`)),
  );
}
