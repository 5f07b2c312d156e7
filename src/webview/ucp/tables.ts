import type { UcpCertificate, UcpVolume } from '../../snapshots/ucp/layout';
import type { ShownUcpArchive } from '../../protocol/ucpMessages';
import { h, icon, iconButton } from '../shared/dom';
import type { Child } from '../shared/dom';
import { bytesText, counted, countText, exactBytes, printable, timeTexts } from '../shared/format';
import { sortedTable } from '../shared/sortedTable';
import type { TableView } from '../shared/sortedTable';
import { certificateText, expiry } from './words';

/** What a section of rows needs of the page. */
export interface TableOptions {
  view: TableView;
  onChange: (view: TableView) => void;
  announce: (text: string) => void;
}

/** Names of a certificate that are shown before the others are folded away. */
const FIRST_NAMES = 4;

/** The volumes with their sizes and file counts. @param onFind searches the files of one */
export function volumesSection(
  { volumes, report }: ShownUcpArchive,
  onFind: (volume: UcpVolume) => void,
  options: TableOptions,
): HTMLElement | undefined {
  if (volumes.length === 0) return undefined;
  const files = volumes.reduce((sum, volume) => sum + volume.files, 0);
  return sortedTable<UcpVolume>({
    id: 'volumes',
    title: 'Volumes',
    noun: ['volume', 'volumes'],
    rows: volumes,
    columns: [
      {
        id: 'name',
        title: 'Volume',
        value: ({ name }) => name,
        cell: (volume) => [volumeCell(volume, onFind)],
      },
      {
        id: 'files',
        title: 'Files',
        value: (volume) => volume.files,
        cell: (volume) => [countText(volume.files)],
        figures: true,
      },
      {
        id: 'size',
        title: 'Size',
        value: ({ bytes }) => bytes,
        cell: ({ bytes }) => [h('span', { title: exactBytes(bytes) }, bytesText(bytes))],
        figures: true,
      },
    ],
    foot: h(
      'tr',
      {},
      h('th', { scope: 'row' }, `Total: ${counted(volumes.length, 'volume')}`),
      h('td', { class: 'number' }, countText(files)),
      h(
        'td',
        { class: 'number', title: exactBytes(report.totalSize) },
        bytesText(report.totalSize),
      ),
    ),
    ...options,
  });
}

function volumeCell(volume: UcpVolume, onFind: (volume: UcpVolume) => void): HTMLElement {
  const { name, whole } = volume;
  return h(
    'div',
    { class: 'with-action' },
    h(
      'span',
      {},
      printable(name),
      !whole &&
        h(
          'span',
          { class: 'second fails' },
          icon('error', 'inline'),
          'Not whole: the archive ends or breaks in it',
        ),
    ),
    iconButton('search', `Find the files of ${name}`, () => onFind(volume)),
  );
}

/** The certificates, those first that expire first. */
export function certificatesSection(
  { certificates, report }: ShownUcpArchive,
  now: Date,
  options: TableOptions,
): HTMLElement | undefined {
  if (certificates.length === 0) return undefined;
  const unreadable = report.facts['unreadableCertificates'];
  const element = sortedTable<UcpCertificate>({
    id: 'certificates',
    title: 'Certificates',
    noun: ['certificate', 'certificates'],
    rows: certificates,
    columns: [
      {
        id: 'subject',
        title: 'Subject',
        value: ({ subject }) => subject,
        cell: subjectCell,
      },
      {
        id: 'names',
        title: 'Names',
        value: ({ names }) => names[0] ?? '',
        cell: ({ names }) => namesCell(names),
      },
      {
        id: 'expires',
        title: 'Expires',
        value: ({ notAfter }) => notAfter,
        cell: (certificate) => [expiryCell(certificate, now)],
      },
    ],
    search: { placeholder: 'Filter by subject, name, file …', text: certificateText },
    ...options,
  });
  if (Array.isArray(unreadable) && unreadable.length > 0) {
    element.append(
      h(
        'p',
        { class: 'muted unreadable' },
        icon('warning', 'inline'),
        `${counted(unreadable.length, 'file')} with a certificate that can’t be read: ${unreadable.map(printable).join(', ')}.`,
      ),
    );
  }
  return element;
}

function subjectCell({ subject, issuer, path, isCa }: UcpCertificate): Child[] {
  return [
    printable(subject === '' ? '(no subject)' : subject),
    isCa && h('span', { class: 'tag' }, 'CA'),
    subject !== issuer && h('span', { class: 'second' }, `Issued by ${printable(issuer)}`),
    h('span', { class: 'second' }, h('code', {}, printable(path))),
  ];
}

function namesCell(names: readonly string[]): Child[] {
  if (names.length === 0) return [h('span', { class: 'muted' }, 'none')];
  const rest = names.slice(FIRST_NAMES);
  const list = (some: readonly string[]): HTMLElement =>
    h('ul', { class: 'names' }, ...some.map((name) => h('li', {}, printable(name))));
  return [
    list(names.slice(0, FIRST_NAMES)),
    rest.length > 0 &&
      h('details', {}, h('summary', {}, `${countText(rest.length)} more`), list(rest)),
  ];
}

function expiryCell(certificate: UcpCertificate, now: Date): HTMLElement {
  const { state, icon: name, text } = expiry(certificate, now);
  const { local, utc } = timeTexts(certificate.notAfter);
  return h(
    'div',
    { class: `expiry ${state}` },
    h('span', { class: 'state' }, icon(name, 'inline'), text),
    h('time', { class: 'second', datetime: certificate.notAfter, title: local }, utc),
  );
}
