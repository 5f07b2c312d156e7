import type { OpenedUcpArchive } from '../compose/ucpArchives';
import { expiryState, SOON_DAYS } from '../snapshots/ucp/layout';
import type { UcpCertificate, UcpRule, UcpVolume } from '../snapshots/ucp/layout';
import { fields, table } from './table';
import { ageText, bytesText, countText, spanText, timeText } from './words';

/** What `inspect` prints of a backup of UCP or MKE for people. */
export function ucpText(archive: OpenedUcpArchive, path: string, now: Date): string {
  const sections = [
    headText(archive, path),
    volumesText(archive.volumes),
    certificatesText(archive.certificates, now),
    notesText(archive),
  ];
  return sections.filter((section) => section !== '').join('\n');
}

/** Such a backup as `--json` and `--format json` have it. Fields may be added, never changed. */
export function ucpDocument(archive: OpenedUcpArchive) {
  const { size, encryption, verification, report, manifest, product } = archive;
  const { volumes, certificates, rule } = archive;
  return {
    product: { id: 'ucp', title: product ?? 'UCP or MKE backup' },
    encryption,
    storedBytes: size,
    verification,
    report,
    manifest,
    volumes,
    certificates,
    rule,
  };
}

function headText(archive: OpenedUcpArchive, path: string): string {
  const { manifest, product, report, encryption, rule, size, error } = archive;
  // An adopted file's time is that of its adoption.
  const isOurs = manifest !== undefined && manifest.origin.kind !== 'adopted';
  return fields([
    ['Product', product ?? 'not known: the archive does not say'],
    ['Cluster', manifest?.cluster],
    ['Taken', isOurs ? timeText(manifest.created) : 'not known: the archive does not say'],
    ['Label', manifest?.label],
    ...Object.entries(manifest?.source ?? {}).map(
      ([name, value]) => [`From ${name}`, value] as const,
    ),
    ['File', `${path}, ${bytesText(size)}`],
    ['Encrypted', { none: 'no', passphrase: 'passphrase', openpgp: 'OpenPGP' }[encryption.kind]],
    [
      'Holds',
      `${countText(report.counts['Volume'] ?? 0, 'volume')}, ${countText(rule.files, 'file')}, ` +
        `${bytesText(report.totalSize)}, ${countText(archive.certificates.length, 'certificate')}`,
    ],
    ['Rule', ruleText(rule)],
    [
      'Checked',
      error === undefined
        ? 'whole, every entry read'
        : error.code === 'snapshot.ucpUnsound'
          ? 'whole, but NOT SOUND'
          : 'DAMAGED: only what could be read is shown',
    ],
  ]);
}

/** The vendor's rule, and whether it holds: "holds: 34 files (27 or more), …". */
function ruleText({ id, files, needed, missing, holds }: UcpRule): string {
  const whose = id === 'older' ? 'UCP up to 3.1' : 'UCP 3.2 and later, MKE';
  const keys =
    missing.length === 0
      ? `the ${id === 'older' ? 'keys are' : "server's key is"} there`
      : `MISSING: ${missing.join(', ')}`;
  return `${holds ? 'holds' : 'DOES NOT HOLD'} (${whose}): ${files} files of at least ${needed}, ${keys}`;
}

function volumesText(volumes: readonly UcpVolume[]): string {
  if (volumes.length === 0) return '';
  return table(
    [{ title: 'VOLUME' }, { title: 'FILES', align: 'right' }, { title: 'SIZE', align: 'right' }],
    volumes.map(({ name, files, bytes, whole }) => [
      `${name}${whole ? '' : ' (not whole)'}`,
      String(files),
      bytesText(bytes),
    ]),
  );
}

function certificatesText(certificates: readonly UcpCertificate[], now: Date): string {
  if (certificates.length === 0) return '';
  return table(
    [{ title: 'CERTIFICATE' }, { title: 'SUBJECT' }, { title: 'NAMES' }, { title: 'EXPIRES' }],
    certificates.map(({ path, subject, names, notAfter, isCa }) => [
      path,
      isCa ? `${subject} (CA)` : subject,
      names.join(', '),
      `${timeText(notAfter)} ${expiryText(notAfter, now)}`,
    ]),
  );
}

function expiryText(notAfter: string, now: Date): string {
  const state = expiryState(notAfter, now);
  if (state === 'expired') return `EXPIRED ${ageText(notAfter, now)}`;
  const left = `in ${spanText((Date.parse(notAfter) - now.getTime()) / 1000)}`;
  return state === 'soon' ? `SOON: ${left} (under ${SOON_DAYS} days)` : left;
}

function notesText({ manifest, report }: OpenedUcpArchive): string {
  const unreadable = report.facts['unreadableCertificates'];
  const lines = (title: string, list: unknown): string =>
    Array.isArray(list) && list.length > 0
      ? `${title}\n${fields(list.map((line) => ['  ', String(line)]))}`
      : '';
  return lines('Certificates that can not be read:', unreadable) + lines('Notes:', manifest?.notes);
}
