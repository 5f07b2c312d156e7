import type { OtherKind, ShownUcpArchive, UcpRequest } from '../../protocol/ucpMessages';
import { archiveHead } from '../shared/archiveHead';
import type { ArchiveHead } from '../shared/archiveHead';
import { button, h } from '../shared/dom';
import type { Child } from '../shared/dom';
import { agePart } from '../shared/facts';
import { bytesText } from '../shared/format';
import { verdictBanner } from '../shared/verdict';
import { isReadWhole, isRestorable, otherKind, readable, verdict } from './words';

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

/** What the check found, what to do, and what can still be read. */
export function verdictSection(archive: ShownUcpArchive, send: Send): HTMLElement {
  const { error, verification } = archive;
  const other = otherKind(archive);
  const isCut = !isReadWhole(archive) && error?.code !== 'snapshot.notUcp';
  return verdictBanner({
    verdict: verdict(archive),
    verification,
    error,
    next: error?.next,
    other:
      other !== undefined &&
      h(
        'div',
        { class: 'actions other' },
        button(OPEN_AS[other], () => send({ type: 'openAs', kind: other }), {
          icon: 'go-to-file',
          primary: true,
        }),
      ),
    readable: isCut ? `${readable(archive)}.` : undefined,
  });
}
