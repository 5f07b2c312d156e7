import type {
  Adapter,
  DecryptionSecrets,
  EncryptionRequest,
  Encryptor,
  SnapshotFormat,
  SystemDefinition,
  Vault,
} from '../ports';

/** What an operation on one cluster works with; the callers put it together. */
export interface ClusterParts {
  name: string;
  definition: SystemDefinition;
  adapter: Adapter;
  vault: Vault;
  format: SnapshotFormat;
  encryptor: Encryptor;
  encryption: EncryptionRequest;
  decryption: DecryptionSecrets;
}
