import '../shared/base.css';
import './hosted.css';
import { hostedState, hostedStateText } from '../../protocol/hostedWords';
import type { HostedReply, HostedRequest, ShownHosted } from '../../protocol/hostedMessages';
import { keepAges } from '../shared/ages';
import { button, h, icon } from '../shared/dom';
import { agePart } from '../shared/facts';
import { connectHost } from '../shared/host';
import { PageFrame } from '../shared/pageFrame';
import { banner } from '../shared/told';
import { factsSection, partsSection, restoresSection } from './sections';
import { verdict } from './words';

const host = connectHost<HostedRequest, HostedReply, object>();
const frame = new PageFrame();

function show(shown: ShownHosted): void {
  const focused = document.activeElement?.id ?? '';
  const told = verdict(shown);
  const { covers, backup } = shown;
  frame.place([
    head(shown),
    banner(told, 'verdict'),
    covers === undefined ? undefined : h('p', { class: 'covers' }, icon('info', 'inline'), covers),
    factsSection(shown),
    partsSection(backup.parts ?? []),
    restoresSection(backup.restores ?? []),
  ]);
  // Drawn anew with each answer of the platform: who was on a button stays there.
  if (focused !== '') document.getElementById(focused)?.focus({ preventScroll: true });
  const words = `${hostedStateText(backup)}. ${told.title}. ${told.text}`;
  frame.announce(words);
}

function head({ cluster, system, place, backup, gone, asking, can }: ShownHosted): HTMLElement {
  const { icon: sign } = hostedState(backup);
  const send = (type: HostedRequest['type']) => () => host.send({ type });
  const restorable = !gone && backup.restore === true;
  const why = typeof backup.restore === 'string' ? backup.restore : 'It can’t be restored now';
  const fetchable = !gone && backup.fetch === true;
  const actions = [
    can.restore &&
      button('Restore…', send('restore'), {
        icon: 'history',
        id: 'restore',
        primary: restorable,
        disabled: !restorable,
        title: restorable ? 'Shows a plan and asks before anything is changed' : why,
      }),
    can.restore &&
      button('Show Plan', send('plan'), {
        icon: 'beaker',
        id: 'plan',
        disabled: gone,
        title: 'What a restore would do; nothing is changed',
      }),
    can.fetch &&
      button('Fetch into the Vault…', send('fetch'), {
        icon: 'desktop-download',
        id: 'fetch',
        disabled: !fetchable,
      }),
    button('Copy Id', send('copyId'), { icon: 'copy', id: 'copy' }),
    button('Refresh', send('refresh'), { icon: 'refresh', id: 'refresh', disabled: asking }),
    can.remove &&
      button('Delete…', send('remove'), {
        icon: 'trash',
        id: 'remove',
        disabled: gone || backup.state === 'deleting',
        title: 'On the platform, for good; asks before',
      }),
  ].filter((action) => action !== false);
  return h(
    'header',
    { class: 'head' },
    h(
      'div',
      { class: 'title' },
      h('h1', {}, backup.name),
      h(
        'p',
        { class: 'muted' },
        icon(sign, 'inline'),
        hostedStateText(backup),
        ` · ${system}, cluster ${cluster} · ${place.toLowerCase()}`,
        ...agePart(backup.created),
      ),
    ),
    h('div', { class: 'actions', role: 'group', 'aria-label': 'Actions' }, ...actions),
  );
}

host.listen((reply) => show(reply.shown));

keepAges(60_000);

host.send({ type: 'ready' });
