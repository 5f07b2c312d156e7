import type { InspectNotice, InspectRequest, ShownSnapshot } from '../../protocol/inspectMessages';
import { button, h } from '../shared/dom';
import type { Child } from '../shared/dom';
import { agePart } from '../shared/facts';
import { bytesText, countText } from '../shared/format';
import { verdictBanner } from '../shared/verdict';
import { guidance, isReadable, isRestorable, readable, verdict } from './words';

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

/** What the check found, what to do, and what can still be read. */
export function verdictSection(snapshot: ShownSnapshot): HTMLElement {
  const found = verdict(snapshot);
  const guide = guidance(snapshot.product);
  const damaged = found.tone === 'bad' && guide === undefined;
  return verdictBanner({
    verdict: found,
    verification: snapshot.verification,
    error: found.tone === 'bad' ? snapshot.error : undefined,
    next: found.tone === 'good' ? undefined : (guide?.next ?? snapshot.error?.next),
    readable: damaged ? readable(snapshot) : undefined,
  });
}
