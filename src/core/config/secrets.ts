import type { ClusterConfig } from './parse';
import { secretReferenceSchema } from './secretReference';
import type { SecretReference } from './secretReference';
import type { SystemDefinition } from '../ports';

/** A secret that a cluster needs, and where it comes from. */
export interface SecretNeed {
  /** E.g. `token`, `encryption.passphrase`. */
  field: string;
  reference: SecretReference;
  /** What the secret may be used for: the address it is sent to, or `encryption`. */
  binding: string;
  /** For the person: "ACL token of cluster prod at https://…". */
  title: string;
}

/** Every secret reference of a cluster's entry. */
export function secretNeeds(cluster: ClusterConfig, system: SystemDefinition): SecretNeed[] {
  const needs: SecretNeed[] = [];
  const address = system.secretBinding(cluster.connection);
  const add = (field: string, value: unknown, binding: string, title: string) => {
    const parsed = secretReferenceSchema.safeParse(value);
    if (parsed.success) needs.push({ field, reference: parsed.data, binding, title });
  };
  for (const field of system.secretFields) {
    add(
      field,
      cluster.connection[field],
      address,
      `${field} of cluster "${cluster.name}" at ${address}`,
    );
  }
  const { encryption } = cluster;
  if (typeof encryption === 'object') {
    if ('passphrase' in encryption) {
      add(
        'encryption.passphrase',
        encryption.passphrase,
        ENCRYPTION_BINDING,
        `passphrase for backups of cluster "${cluster.name}"`,
      );
    } else {
      add(
        'encryption.privateKeyPassphrase',
        encryption.privateKeyPassphrase,
        ENCRYPTION_BINDING,
        `passphrase of the private key for backups of cluster "${cluster.name}"`,
      );
    }
  }
  return needs;
}

/** A passphrase is sent nowhere; this keeps one from being used as a token. */
export const ENCRYPTION_BINDING = 'encryption';

/** Looks secrets up. Undefined: there is none, and the person did not give one. */
export type SecretLookup = (need: SecretNeed) => Promise<string | undefined>;
