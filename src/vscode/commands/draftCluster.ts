import type { ResolvedCluster } from '../../compose/resolvedCluster';
import { secretReferenceSchema } from '../../core/config/secretReference';
import type { SecretReference } from '../../core/config/secretReference';
import type { SystemDefinition } from '../../core/ports';

/** A cluster that is still being asked about. */
export interface DraftCluster {
  system: SystemDefinition;
  /** Fields that were answered; a secret that was typed is no field. */
  fields: Readonly<Record<string, unknown>>;
  /** Values that were typed, by field. In memory only. */
  secrets: Readonly<Record<string, string>>;
}

/**
 * What operations take, of the answers so far: fields that are asked later are not there.
 *
 * @param lookup what a reference stands for; undefined where it is not there
 */
export async function resolveDraft(
  { system, fields, secrets }: DraftCluster,
  lookup: (reference: SecretReference) => Promise<string | undefined>,
): Promise<ResolvedCluster> {
  const found: Record<string, string> = {};
  for (const field of system.secretFields) {
    const reference = secretReferenceSchema.safeParse(fields[field]);
    const value = secrets[field] ?? (reference.success ? await lookup(reference.data) : undefined);
    if (value !== undefined) found[field] = value;
  }
  return {
    connected: {
      name: 'new',
      system: system.id,
      connection: system.schema.partial().parse(fields),
      secrets: found,
    },
    // Nothing is written: neither of them is used.
    vault: '',
    encryption: { kind: 'none' },
    decryption: {},
  };
}
