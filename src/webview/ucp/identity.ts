import type { ShownUcpArchive } from '../../protocol/ucpMessages';
import { h, section } from '../shared/dom';
import { encryptionCell, fact, sizeCell, timeCell } from '../shared/facts';
import { sourceFacts } from './words';

const NOT_SAID = 'Not known: the archive does not say';

/** What is known of the backup, from its manifest: the archive itself says nothing of itself. */
export function identitySection(archive: ShownUcpArchive): HTMLElement {
  const { manifest, product, size, encryption } = archive;
  const isOurs = manifest !== undefined && manifest.origin.kind !== 'adopted';
  const open =
    'Whoever can read this file can read the keys of the cluster’s authorities and the secrets in it.';
  return section(
    'identity',
    'What it is',
    {},
    h(
      'dl',
      { class: 'facts' },
      ...fact('Product', product ?? NOT_SAID),
      ...fact('Cluster', manifest?.cluster),
      ...fact('Taken', isOurs ? timeCell(manifest.created) : NOT_SAID),
      ...(manifest?.origin.kind === 'adopted' ? fact('Adopted', timeCell(manifest.created)) : []),
      ...fact('Label', manifest?.label),
      ...sourceFacts(manifest?.source).flatMap(([name, value]) => fact(name, h('code', {}, value))),
      ...fact('Size of the file', sizeCell(size)),
      ...fact('Encryption', encryptionCell(encryption, open)),
    ),
    ...notes(manifest?.notes),
  );
}

function notes(lines: readonly string[] = []): HTMLElement[] {
  if (lines.length === 0) return [];
  return [h('ul', { class: 'lines notes' }, ...lines.map((line) => h('li', {}, line)))];
}
