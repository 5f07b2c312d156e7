import { errorTable } from '../core/errors';

const DAMAGED = 'Do not restore it. Take another backup, or an older one that passes verification.';
const HOSTILE =
  'Do not restore this volume, and find out where the file came from: no engine writes one like it.';

/** Why a snapshot is refused. Each kind of damage has its own code. */
export const snapshotErrors = errorTable('snapshot', {
  notGzip: {
    category: 'refused',
    next: 'Choose a file that the cluster itself saved; a snapshot begins with a gzip header.',
  },
  badGzip: { category: 'refused', next: DAMAGED },
  truncated: {
    category: 'refused',
    next: 'Fetch it again: the end is missing. Do not restore what is there.',
  },
  badTar: { category: 'refused', next: DAMAGED },
  missingMember: { category: 'refused', next: DAMAGED },
  unexpectedMember: {
    category: 'refused',
    next: 'Use the file as the cluster saved it; nothing may be added to it.',
  },
  duplicateMember: {
    category: 'refused',
    next: 'Use the file as the cluster saved it; nothing may be added to it.',
  },
  unsafeMember: {
    category: 'refused',
    next: 'Do not unpack this file by hand, and find out where it came from.',
  },
  badMeta: { category: 'refused', next: DAMAGED },
  badSums: { category: 'refused', next: DAMAGED },
  badChecksum: { category: 'refused', next: DAMAGED },
  sizeMismatch: { category: 'refused', next: DAMAGED },
  badRecord: { category: 'refused', next: DAMAGED },
  tooLarge: {
    category: 'refused',
    next: 'Find out where this file came from; no cluster writes one like it.',
  },
  trailingData: {
    category: 'refused',
    next: 'Use the file as the cluster saved it; the cluster would refuse it with bytes added.',
  },
  otherProduct: {
    category: 'refused',
    next: 'Use the tool of the product that wrote it.',
  },
  badManifest: { category: 'refused', next: DAMAGED },
  badSummary: { category: 'refused', next: DAMAGED },
  badDefinition: { category: 'refused', next: DAMAGED },
  badOrder: {
    category: 'refused',
    next: 'Use the file as it was written; nothing may be moved in it.',
  },
  countMismatch: { category: 'refused', next: DAMAGED },
  escapes: { category: 'refused', next: HOSTILE },
  deviceNode: {
    category: 'refused',
    next: 'Restore without this volume, or unpack it by hand where a device may be made.',
  },
  badName: { category: 'refused', next: HOSTILE },
  bomb: { category: 'refused', next: HOSTILE },
  notUcp: {
    category: 'refused',
    next: 'Choose a file that the backup of UCP or MKE wrote.',
  },
  ucpUnsound: {
    category: 'refused',
    next: 'Do not rely on it. Find out in the log why the product left something out, and take another backup.',
  },
  notMarathon: {
    category: 'refused',
    next: 'Choose an export of Marathon’s groups that this project wrote.',
  },
  badExport: {
    category: 'refused',
    next: 'Do not rely on it. Take another export, or use an older one that passes verification.',
  },
  unknownFormat: {
    category: 'usage',
    next: 'Use a newer version of Cluster Backup for this backup.',
  },
  notRaftFolder: {
    category: 'usage',
    next: 'Choose a folder below raft/snapshots that holds meta.json and state.bin.',
  },
});
