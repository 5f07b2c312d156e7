import type { OtherKind, ShownUcpArchive, UcpRequest } from '../../protocol/ucpMessages';
import { archiveHead } from '../shared/archiveHead';
import type { ArchiveHead } from '../shared/archiveHead';
import { button, h, icon } from '../shared/dom';
import type { Child } from '../shared/dom';
import { agePart } from '../shared/facts';
import { ageText, bytesText, countText } from '../shared/format';
import { highlights, isReadWhole, isRestorable, otherKind, readable, verdict } from './words';

type Send = (request: UcpRequest) => void;

const OPEN_AS: Record<OtherKind, string> = {
  swarm: 'Open as Swarm backup',
  snapshot: 'Open as snapshot',
};

/** Name, and what can be done with the file. */
export function header(name: string, archive: ShownUcpArchive, send: Send): ArchiveHead {
  const unfit = isRestorable(archive)
    ? undefined
    : 'Only a whole and sound backup can be restored.';
  return archiveHead({ name, subtitle: subtitle(archive), unfit }, send);
}

function subtitle(archive: ShownUcpArchive): Child[] {
  const { manifest, product, size, error } = archive;
  const isOther = error?.code === 'snapshot.notUcp';
  const kind = isOther
    ? 'Opened as a backup of UCP or MKE'
    : `Backup of ${product ?? 'UCP or MKE'}`;
  const isOurs = manifest !== undefined && manifest.origin.kind !== 'adopted';
  const what = manifest === undefined ? kind : `${kind}, cluster ${manifest.cluster}`;
  return [`${what} · ${bytesText(size)}`, ...agePart(isOurs ? manifest.created : undefined)];
}

/** The verdict in icon and words; for a damaged file what is wrong, what to do, what can still be read. */
export function verdictBanner(archive: ShownUcpArchive, send: Send): HTMLElement {
  const { tone, icon: name, title, text } = verdict(archive);
  const { at, by } = archive.verification;
  const { error } = archive;
  const other = otherKind(archive);
  return h(
    'section',
    { class: `banner ${tone}`, 'aria-labelledby': 'verdict' },
    icon(name, 'banner-icon'),
    h(
      'div',
      {},
      h('h2', { id: 'verdict' }, title),
      h('p', {}, text),
      error !== undefined && h('p', { class: 'next' }, error.next),
      other !== undefined &&
        h(
          'div',
          { class: 'actions other' },
          button(OPEN_AS[other], () => send({ type: 'openAs', kind: other }), {
            icon: 'go-to-file',
            primary: true,
          }),
        ),
      !isReadWhole(archive) &&
        error?.code !== 'snapshot.notUcp' &&
        h('p', {}, h('strong', {}, 'What can still be read: '), `${readable(archive)}.`),
      tone === 'good'
        ? h(
            'p',
            { class: 'muted' },
            'Checked ',
            h('span', { 'data-age': at }, ageText(at)),
            ` by version ${by}.`,
          )
        : error !== undefined && h('p', { class: 'muted' }, h('code', {}, error.code)),
    ),
  );
}

/** What is in it, in a few large figures. */
export function figures(archive: ShownUcpArchive, now: Date): HTMLElement | undefined {
  const all = highlights(archive, now);
  if (all.length === 0) return undefined;
  return h(
    'ul',
    { class: 'figures', 'aria-label': 'What it holds' },
    ...all.map(([count, what]) => h('li', {}, h('strong', {}, countText(count)), ` ${what}`)),
  );
}
