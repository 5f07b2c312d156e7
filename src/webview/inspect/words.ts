import type { ShownSnapshot } from '../../protocol/inspectMessages';
import { counted, countText } from '../shared/format';

/** The outcome of verification in an icon and words; the icon never says more than the words. */
export interface Verdict {
  tone: 'good' | 'bad' | 'other';
  icon: string;
  title: string;
  text: string;
}

interface Guidance {
  /** What the file is. */
  what: string;
  /** What the person can do with it. */
  next: string;
}

const VAULT: Guidance = {
  what: 'This is data of HashiCorp Vault or OpenBao with integrated storage. It is laid out as Consul’s, but its records are Vault’s own, sealed by Vault.',
  next: 'Look into it with “vault operator raft snapshot inspect” and restore it with “vault operator raft snapshot restore” (OpenBao: “bao operator raft snapshot …”).',
};
const NOMAD: Guidance = {
  what: 'This is data of HashiCorp Nomad. It is laid out as Consul’s, but its records are Nomad’s own.',
  next: 'Look into it with “nomad operator snapshot inspect” and restore it with “nomad operator snapshot restore”.',
};

/** What was recognised and is not ours to read. */
const FOREIGN: Readonly<Record<string, Guidance>> = {
  vault: VAULT,
  vaultState: VAULT,
  nomad: NOMAD,
  nomadState: NOMAD,
  openpgp: {
    what: 'Inside the encryption there is another OpenPGP message.',
    next: 'Decrypt it with gpg, then open what comes out.',
  },
};

const UNRECOGNISED: Readonly<Record<string, Guidance>> = {
  raft: {
    what: 'The file is laid out as a snapshot of a Raft cluster, but whose it is can’t be told from its records.',
    next: 'If it should be a Consul snapshot, it is damaged: fetch it again, or use an older one that passes verification.',
  },
  gzip: {
    what: 'The file is packed with gzip, but no snapshot could be recognised in it.',
    next: 'If it should be a Consul snapshot, it is damaged: fetch it again, or use an older one that passes verification.',
  },
  tar: {
    what: 'The file is a plain tar archive. Snapshots are packed with gzip.',
    next: 'If a snapshot was unpacked by hand, use the file as the cluster saved it.',
  },
  unknown: {
    what: 'Which product wrote this file was not recognised; it does not begin like a snapshot.',
    next: 'Find out which product wrote it, and use that product’s own tool. If it should be a Consul snapshot, fetch it again.',
  },
};

/** What to do with a file that is not Consul's, or can't be told to be. */
export function guidance({ id }: ShownSnapshot['product']): Guidance | undefined {
  return FOREIGN[id] ?? UNRECOGNISED[id];
}

/** True for content whose records can be read here. */
export function isReadable({ id }: ShownSnapshot['product']): boolean {
  return guidance({ id, title: '' }) === undefined;
}

/** The outcome of verification, as it stands at the top. */
export function verdict(snapshot: ShownSnapshot): Verdict {
  const { product, verification, error } = snapshot;
  const foreign = FOREIGN[product.id];
  if (foreign !== undefined) {
    return { tone: 'other', icon: 'info', title: product.title, text: foreign.what };
  }
  const unrecognised = UNRECOGNISED[product.id];
  if (unrecognised !== undefined) {
    return { tone: 'bad', icon: 'question', title: 'Not recognised', text: unrecognised.what };
  }
  if (verification.result === 'ok') {
    const records = recordCount(snapshot);
    const decoded = `${
      records === 1 ? 'its one record was' : `all ${countText(records)} records were`
    } decoded to the end`;
    return {
      tone: 'good',
      icon: 'pass-filled',
      title: 'Verified',
      text:
        product.id === 'consul'
          ? `The archive is whole, every checksum matches, and ${decoded}.`
          : `It matches the meta.json beside it, and ${decoded}.`,
    };
  }
  return {
    tone: 'bad',
    icon: 'error',
    title: 'Damaged',
    text: error?.message ?? verification.message ?? 'The snapshot is not whole.',
  };
}

/** Whether a restore can be offered: a cluster takes a whole archive only. */
export function isRestorable(snapshot: ShownSnapshot): boolean {
  return snapshot.product.id === 'consul' && snapshot.verification.result === 'ok';
}

function recordCount({ report }: ShownSnapshot): number {
  return report.stats.reduce((sum, row) => sum + row.count, 0);
}

/** For a damaged file: how far its reading got. */
export function readable(snapshot: ShownSnapshot): string {
  const { report } = snapshot;
  const records = recordCount(snapshot);
  const identity = report.identity.id !== undefined;
  if (records === 0) {
    return identity ? 'Its identity could be read, but no record.' : 'Nothing of it could be read.';
  }
  return `${counted(records, 'record')} of ${counted(report.stats.length, 'type')} could be read${
    identity ? ', and the identity' : ', but not the identity'
  }. The tables below show what was read before the damage.`;
}

const COUNTED: readonly [name: string, one: string, many: string][] = [
  ['KVS', 'key', 'keys'],
  ['Service', 'service instance', 'service instances'],
  ['Node', 'node', 'nodes'],
  ['Check', 'health check', 'health checks'],
  ['Session', 'session', 'sessions'],
  ['ACLToken', 'ACL token', 'ACL tokens'],
];

/** The figures that tell a person at a glance which cluster, and when, this was. */
export function highlights(counts: Readonly<Record<string, number>>): [number, string][] {
  return COUNTED.flatMap(([name, one, many]): [number, string][] => {
    const count = counts[name];
    return count === undefined || count === 0 ? [] : [[count, count === 1 ? one : many]];
  });
}
