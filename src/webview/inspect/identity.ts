import type { ShownSnapshot } from '../../protocol/inspectMessages';
import { h, section } from '../shared/dom';
import { encryptionCell, fact, sizeCell, timeCell } from '../shared/facts';
import { counted, countText } from '../shared/format';
import { isReadable } from './words';

const OPEN = 'Whoever can read this file can read the keys and the ACL tokens in it.';

/** What the snapshot says of itself: identity, sizes, time, encryption. */
export function identitySection(snapshot: ShownSnapshot): HTMLElement {
  const { identity, facts } = snapshot.report;
  const number = (value: number | undefined) => value !== undefined && countText(value);
  const datacenter = facts['datacenter'];
  return section(
    'identity',
    'Identity',
    {},
    h(
      'dl',
      { class: 'facts' },
      ...fact('Taken', identity.time !== undefined && timeCell(identity.time)),
      ...fact('ID', identity.id !== undefined && h('code', {}, identity.id)),
      ...fact('Raft index', number(identity.index)),
      ...fact('Raft term', number(identity.term)),
      ...fact('Format version', number(identity.formatVersion)),
      ...fact('Datacenter', typeof datacenter === 'string' && datacenter),
      ...fact('Size of the file', sizeCell(snapshot.size)),
      ...fact('Unpacked', identity.size !== undefined && sizeCell(identity.size)),
      ...fact(
        'Encryption',
        encryptionCell(snapshot.encryption, isReadable(snapshot.product) && OPEN),
      ),
    ),
  );
}

/** The servers of the cluster's configuration as it stands in the snapshot. */
export function serversSection({ report }: ShownSnapshot): HTMLElement | undefined {
  if (report.servers.length === 0) return undefined;
  const rows = report.servers.map(({ id, address, voter }) =>
    h(
      'tr',
      {},
      h('th', { scope: 'row' }, h('code', {}, address)),
      h('td', {}, h('code', {}, id)),
      h('td', {}, voter ? 'Voter' : 'Non-voter'),
    ),
  );
  const titles = ['Address', 'Node ID', 'Suffrage'];
  return section(
    'servers',
    'Servers in its configuration',
    { aside: h('span', { class: 'muted' }, counted(rows.length, 'server')) },
    h(
      'div',
      { class: 'table-frame' },
      h(
        'table',
        { class: 'data plain' },
        h('caption', { class: 'hidden' }, 'Servers in the snapshot’s configuration'),
        h('thead', {}, h('tr', {}, ...titles.map((t) => h('th', { scope: 'col' }, t)))),
        h('tbody', {}, ...rows),
      ),
    ),
  );
}
