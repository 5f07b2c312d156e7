import type { OpenedExport } from '../compose/exports';
import { fields, table } from './table';
import { bytesText, timeText } from './words';

/** What `inspect` prints of an export for people. */
export function exportText(opened: OpenedExport, path: string): string {
  const { created, report, encryption, error, size, items } = opened;
  const head = fields([
    ['Is', 'an export of Marathon’s groups, to look at and to compare; no backup'],
    ['Taken', created && timeText(created)],
    ['From', factOf(report.facts['address'])],
    ['DC/OS', factOf(report.facts['dcosVersion'])],
    ['Marathon', factOf(report.facts['marathonVersion'])],
    ['File', `${path}, ${bytesText(size)}`],
    ['Encrypted', { none: 'no', passphrase: 'passphrase', openpgp: 'OpenPGP' }[encryption.kind]],
    ['Checked', error === undefined ? 'whole, its checksum holds' : 'DAMAGED: nothing is shown'],
  ]);
  if (items.length === 0) return head;
  const rows = items.map(({ id, kind, name }) => [kind.replace('marathon', ''), name, id]);
  return `${head}\n${table([{ title: 'Kind' }, { title: 'Name' }, { title: 'Id' }], rows)}`;
}

/** An export as `--json` and `--format json` have it. Fields may be added, never changed. */
export function exportDocument({ size, encryption, verification, ...opened }: OpenedExport) {
  const { report, created, items } = opened;
  return {
    product: { id: 'marathon', title: 'Export of Marathon’s groups' },
    encryption,
    storedBytes: size,
    verification,
    report,
    created,
    items,
  };
}

function factOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
