import type { HostedPart, HostedRestore } from '../../core/model';
import type { ShownHosted } from '../../protocol/hostedMessages';
import { hostedState, hostedStateText, madeBy } from '../../protocol/hostedWords';
import { h, icon, section } from '../shared/dom';
import type { Child } from '../shared/dom';
import { fact, sizeCell, timeCell } from '../shared/facts';
import { restoreText } from './words';

const NO_REASON = 'The platform does not say why it failed.';

/** All that the platform says of it. */
export function factsSection({ backup, group, can }: ShownHosted): HTMLElement {
  const { id, name, created, finished, bytes, encrypted, where, facts } = backup;
  const own = backup.group;
  return section(
    'facts',
    'What it is',
    {},
    h(
      'dl',
      { class: 'facts' },
      ...fact('Id', h('code', {}, id)),
      ...(name === id ? [] : fact('Name', name)),
      ...fact('State', stateCell(hostedState(backup).icon, hostedStateText(backup))),
      ...fact(group ?? 'Of', own),
      ...fact('Started', created !== undefined && timeCell(created)),
      ...fact('Finished', finished !== undefined && timeCell(finished)),
      ...fact('Size', bytes !== undefined && sizeCell(bytes)),
      ...fact('Made', madeBy(backup)),
      ...fact('Encryption', encrypted !== undefined && (encrypted ? 'encrypted' : 'none')),
      ...fact('Where', where),
      ...(can.restore ? fact('Restore', canText(backup.restore)) : []),
      ...(can.fetch ? fact('Fetch', canText(backup.fetch)) : []),
      ...facts.flatMap(([title, value]) => fact(title, value)),
    ),
  );
}

function canText(can: true | string | undefined): string {
  if (can === true) return 'possible';
  return can === undefined ? 'not known' : `not possible: ${can}`;
}

/** Its components, each with its state. */
export function partsSection(parts: readonly HostedPart[]): HTMLElement | undefined {
  return parts.length === 0
    ? undefined
    : section('parts', 'Components', {}, partsTable(parts, 'Components of the backup'));
}

/** Restores of it that the platform tells of, newest first. */
export function restoresSection(restores: readonly HostedRestore[]): HTMLElement | undefined {
  if (restores.length === 0) return undefined;
  return section(
    'restores',
    'Restores of it',
    {},
    h('ul', { class: 'restores' }, ...restores.map(restoreItem)),
  );
}

function restoreItem(restore: HostedRestore): HTMLElement {
  const { at, state, error, parts } = restore;
  return h(
    'li',
    {},
    h(
      'p',
      {},
      stateCell(hostedState(restore).icon, restoreText(restore)),
      at !== undefined && h('span', { class: 'muted' }, ' · ', timeCell(at)),
    ),
    state === 'failed' && h('p', { class: 'error' }, error ?? NO_REASON),
    parts.length > 0 && partsTable(parts, 'Components of the restore'),
  );
}

function partsTable(parts: readonly HostedPart[], caption: string): HTMLElement {
  const rows = parts.map((part) =>
    h(
      'tr',
      {},
      h('th', { scope: 'row' }, part.name),
      h('td', {}, stateCell(hostedState(part).icon, hostedStateText(part))),
      h('td', {}, part.error ?? (part.state === 'failed' ? NO_REASON : '')),
    ),
  );
  const heads = ['Component', 'State', 'What it says'];
  return h(
    'div',
    { class: 'table-frame' },
    h(
      'table',
      { class: 'data' },
      h('caption', { class: 'hidden' }, caption),
      h('thead', {}, h('tr', {}, ...heads.map((title) => h('th', { scope: 'col' }, title)))),
      h('tbody', {}, ...rows),
    ),
  );
}

/** An icon, and the word that says the same. */
function stateCell(name: string, word: string): Child {
  return h('span', {}, icon(name, 'inline'), word);
}
