import { Readable } from 'node:stream';
import { coreErrors } from '../../../../src/core/errors';
import type { ClusterParts } from '../../../../src/core/operations/context';
import type { Adapter, Encryptor, Vault } from '../../../../src/core/ports';
import { letters, lettersSystem } from '../../../unit/core/fakes';

/** What of the cluster changes over the year. */
export interface ClusterNow {
  reachable(): boolean;
  /** Bytes of the next backup. */
  size(): number;
}

/** Stored as it is: what encrypting does is none of the year's business. */
const plain: Encryptor = {
  detect: () => Promise.resolve({ kind: 'none', keyIds: [] }),
  encrypt: () => Promise.reject(new Error('Nothing is encrypted here.')),
  decrypt: () => Promise.reject(new Error('Nothing is encrypted here.')),
};

export const CLUSTER = 'prod';

/** A cluster whose backups are short texts of a given size. */
export function clusterParts(vault: Vault, cluster: ClusterNow): ClusterParts {
  let made = 0;
  const adapter: Partial<Adapter> = {
    backup: () => {
      if (!cluster.reachable()) {
        return Promise.reject(coreErrors.unexpected({ message: 'Nobody answers.' }));
      }
      const text = `${++made} `.padEnd(cluster.size() - 'end'.length, 'backup ') + 'end';
      return Promise.resolve({ stream: Readable.from([Buffer.from(text)]), notes: [] });
    },
  };
  return {
    name: CLUSTER,
    definition: lettersSystem(),
    adapter: adapter as Adapter,
    vault,
    format: letters,
    encryptor: plain,
    encryption: { kind: 'none' },
    decryption: {},
  };
}
