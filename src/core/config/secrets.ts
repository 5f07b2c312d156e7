import type { ClusterConfig } from './parse';
import type { Hook } from './policy';
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

/** The lists of hooks that a policy may have. */
const HOOK_LISTS = ['before', 'after', 'notices'] as const;

/**
 * The secret addresses of a policy's hooks. They are apart from the other secrets: no backup waits for one of them, and
 * nobody is asked for one who makes a backup by hand.
 */
export function webhookNeeds({ name, policy }: Pick<ClusterConfig, 'name' | 'policy'>) {
  return HOOK_LISTS.flatMap((list) =>
    (policy?.[list] ?? []).flatMap((hook, index) => {
      const need = webhookNeed(hook, `policy.${list}.${index}.webhook`, name);
      return need === undefined ? [] : [need];
    }),
  );
}

/** What has to be looked up before a hook can be told; undefined for a command and for a plain address. */
export function webhookNeed(hook: Hook, field: string, cluster: string): SecretNeed | undefined {
  if (!('webhook' in hook) || typeof hook.webhook === 'string') return undefined;
  return {
    field,
    reference: hook.webhook,
    binding: WEBHOOK_BINDING,
    title: `address of a webhook of cluster "${cluster}"`,
  };
}

/** The names of all environment variables that entries refer to, wherever in them. */
export function namedVariables(entries: unknown): Set<string> {
  const found = new Set<string>();
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const reference = secretReferenceSchema.safeParse(value);
    if (reference.success && 'env' in reference.data) found.add(reference.data.env);
    else Object.values(value).forEach(look);
  };
  look(entries);
  return found;
}

/** A passphrase is sent nowhere; this keeps one from being used as a token. */
export const ENCRYPTION_BINDING = 'encryption';

/** The secret is the address itself. */
export const WEBHOOK_BINDING = 'webhook';

/** Looks secrets up. Undefined: there is none, and the person did not give one. */
export type SecretLookup = (need: SecretNeed) => Promise<string | undefined>;
