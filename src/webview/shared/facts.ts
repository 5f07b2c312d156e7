import { h, icon } from './dom';
import type { Child } from './dom';
import { ageText, bytesText, counted, exactBytes, timeTexts } from './format';

/** How old something is, after a dot; it grows as the page stays open. */
export function agePart(time: string | undefined): Child[] {
  if (time === undefined) return [];
  return [' · ', h('span', { 'data-age': time }, ageText(time))];
}

/** A fact of a list of facts; nothing where there is no value. @param second a line below it */
export function fact(name: string, value: Child, second?: string): HTMLElement[] {
  if (value === false || value === undefined || value === '') return [];
  return [
    h(
      'div',
      { class: 'fact' },
      h('dt', {}, name),
      h('dd', {}, value, second !== undefined && h('span', { class: 'second' }, second)),
    ),
  ];
}

/** A size, rounded and exact. */
export function sizeCell(bytes: number): HTMLElement {
  return h(
    'span',
    {},
    bytesText(bytes),
    bytes >= 1024 && h('span', { class: 'second' }, exactBytes(bytes)),
  );
}

/** A time: here, in UTC, and how long ago. */
export function timeCell(time: string): HTMLElement {
  const { local, utc } = timeTexts(time);
  return h(
    'span',
    {},
    h('time', { datetime: time }, local),
    h('span', { class: 'second' }, utc),
    h('span', { class: 'second', 'data-age': time }, ageText(time)),
  );
}

interface Encryption {
  kind: 'none' | 'passphrase' | 'openpgp';
  keyIds: readonly string[];
}

/** How a file is stored. */
export function encryptionText({ kind, keyIds }: Encryption): string {
  if (kind === 'none') return 'Not encrypted';
  if (kind === 'passphrase') return 'With a passphrase (OpenPGP)';
  const keys = keyIds.length;
  return keys === 0 ? 'For OpenPGP keys' : `For ${counted(keys, 'OpenPGP key')}`;
}

/** The same, and what it means. @param open what whoever can read a file that is not encrypted reads in it */
export function encryptionCell(encryption: Encryption, open: string | false): HTMLElement {
  const { kind, keyIds } = encryption;
  return h(
    'span',
    {},
    icon(kind === 'none' ? 'unlock' : 'lock', 'inline'),
    encryptionText(encryption),
    kind === 'none' && open !== false && h('span', { class: 'second' }, open),
    keyIds.length > 0 && h('span', { class: 'second' }, h('code', {}, keyIds.join(' '))),
  );
}
