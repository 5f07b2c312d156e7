import type { ArchiveRequest, ShownArchive } from '../../protocol/archiveMessages';
import { archiveHead } from '../shared/archiveHead';
import type { ArchiveHead } from '../shared/archiveHead';
import { h, icon } from '../shared/dom';
import type { Child } from '../shared/dom';
import { agePart } from '../shared/facts';
import { bytesText, countText } from '../shared/format';
import { verdictBanner } from '../shared/verdict';
import { isRestorable, leftGroups, readable, verdict } from './words';

type Send = (request: ArchiveRequest) => void;

/** Lines of a group that are shown before the others are folded away. */
const FIRST_LINES = 6;

/** Name, and what can be done with the file. */
export function header(name: string, archive: ShownArchive, send: Send): ArchiveHead {
  const unfit = isRestorable(archive) ? undefined : 'Only a whole backup can be restored.';
  return archiveHead({ name, subtitle: subtitle(archive), unfit }, send);
}

function subtitle({ manifest, size }: ShownArchive): Child[] {
  const of = manifest === undefined ? '' : ` of ${manifest.cluster}`;
  return [`Docker Swarm backup${of} · ${bytesText(size)}`, ...agePart(manifest?.created)];
}

/** What the check found, what to do, and what can still be read. */
export function verdictSection(archive: ShownArchive): HTMLElement {
  const { error, verification } = archive;
  const found = verdict(archive);
  return verdictBanner({
    verdict: found,
    verification,
    error,
    next: error?.next,
    readable: found.tone === 'bad' ? `${readable(archive)}.` : undefined,
  });
}

/** What belongs to the cluster and is not in the backup: said before what is. */
export function leftBanner({ manifest }: ShownArchive): HTMLElement | undefined {
  if (manifest === undefined) return undefined;
  const groups = leftGroups(manifest.left);
  if (manifest.notes.length > 0) {
    groups.push({ title: 'Remarks', tone: 'other', lines: manifest.notes });
  }
  if (groups.length === 0) return undefined;
  const warning = groups.some(({ tone }) => tone === 'warning');
  return h(
    'section',
    { class: `banner ${warning ? 'warning' : 'other'}`, 'aria-labelledby': 'left' },
    icon(warning ? 'warning' : 'info', 'banner-icon'),
    h(
      'div',
      {},
      h(
        'h2',
        { id: 'left' },
        manifest.left.length > 0 ? 'What is not in this backup' : 'What to know about this backup',
      ),
      ...groups.flatMap(({ title, lines }) => [
        ...(groups.length > 1 || manifest.left.length > 0 ? [h('h3', {}, title)] : []),
        ...linesList(lines),
      ]),
    ),
  );
}

function linesList(lines: readonly string[]): HTMLElement[] {
  const list = (of: readonly string[]): HTMLElement =>
    h('ul', { class: 'lines' }, ...of.map((line) => h('li', {}, line)));
  const first = list(lines.slice(0, FIRST_LINES));
  const rest = lines.slice(FIRST_LINES);
  if (rest.length === 0) return [first];
  return [first, h('details', {}, h('summary', {}, `${countText(rest.length)} more`), list(rest))];
}
