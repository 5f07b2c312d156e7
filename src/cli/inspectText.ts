import type { InspectedSnapshot, KeyRows } from '../compose/inspections';
import { toInspectPretty } from '../snapshots/raft/inspectOutput';
import { fields } from './table';
import { timeText } from './words';

/** What `inspect` prints for people: Consul's own text, and below it what we know besides. */
export function inspectText(
  inspected: InspectedSnapshot,
  keys: KeyRows | undefined,
  path: string,
): string {
  const { report, encryption, product, error } = inspected;
  const { time } = report.identity;
  const servers = report.servers.map(
    ({ id, address, voter }) => `${address} (${id}${voter ? '' : ', no voter'})`,
  );
  return (
    vendorText(inspected, keys) +
    fields([
      [' File', path],
      [' Kind', product.title],
      [' Taken', time === undefined ? undefined : timeText(time)],
      [' Servers', servers.length === 0 ? undefined : servers.join(', ')],
      [' Encrypted', { none: 'no', passphrase: 'passphrase', openpgp: 'OpenPGP' }[encryption.kind]],
      [
        ' Checked',
        error === undefined
          ? 'whole, every record read'
          : 'DAMAGED: only what could be read is shown',
      ],
    ])
  );
}

function vendorText({ report }: InspectedSnapshot, keys: KeyRows | undefined): string {
  const { id, index, term, size, formatVersion } = report.identity;
  // A file so damaged that it did not even yield its meta.json.
  if (id === undefined || index === undefined || term === undefined || size === undefined) {
    return '';
  }
  const text = toInspectPretty({
    report,
    meta: {
      id,
      size,
      index: BigInt(index),
      term: BigInt(term),
      version: formatVersion ?? 0,
      time: undefined,
      crc: undefined,
      servers: [],
    },
    keys: keys && {
      ...keys,
      rows: keys.rows.map((row) => ({
        ...row,
        bytes: Buffer.from(row.name).toString('latin1'),
      })),
    },
    damage: undefined,
  });
  return `${text}\n\n`;
}
