import type { ShownSnapshot } from '../../protocol/inspectMessages';
import { h, icon, section } from '../shared/dom';
import type { Child } from '../shared/dom';
import { ageText, bytesText, counted, countText, exactBytes, timeTexts } from '../shared/format';
import { encryptionText, isReadable } from './words';

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
      ...fact('Size of the file', size(snapshot.size)),
      ...fact('Unpacked', identity.size !== undefined && size(identity.size)),
      ...fact('Encryption', encryptionCell(snapshot)),
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

function fact(name: string, value: Child): HTMLElement[] {
  if (value === false || value === undefined || value === '') return [];
  return [h('div', { class: 'fact' }, h('dt', {}, name), h('dd', {}, value))];
}

function size(bytes: number): HTMLElement {
  return h(
    'span',
    {},
    bytesText(bytes),
    bytes >= 1024 && h('span', { class: 'second' }, exactBytes(bytes)),
  );
}

function timeCell(time: string): HTMLElement {
  const { local, utc } = timeTexts(time);
  return h(
    'span',
    {},
    h('time', { datetime: time }, local),
    h('span', { class: 'second' }, utc),
    h('span', { class: 'second', 'data-age': time }, ageText(time)),
  );
}

function encryptionCell({ encryption, product }: ShownSnapshot): HTMLElement {
  const open = encryption.kind === 'none';
  return h(
    'span',
    {},
    icon(open ? 'unlock' : 'lock', 'inline'),
    encryptionText(encryption),
    open &&
      isReadable(product) &&
      h(
        'span',
        { class: 'second' },
        'Whoever can read this file can read the keys and the ACL tokens in it.',
      ),
    encryption.keyIds.length > 0 &&
      h('span', { class: 'second' }, h('code', {}, encryption.keyIds.join(' '))),
  );
}
