import * as z from 'zod';
import { CLUSTER_NAME_PATTERN } from '../model';
import type { SystemDefinition } from '../ports';
import { policySchema } from './policy';
import { secretReferenceSchema } from './secretReference';

const vaultFolder = z
  .string()
  .min(1)
  .describe(
    'Folder that holds the backups; relative to this file, "~" is the home folder. ' +
      "Default: the user's data folder.",
  );

/** How backups of a cluster are encrypted before they reach the disk. */
export const encryptionSchema = z
  .union([
    z.literal('none').describe('Not encrypted: whoever reads the file reads the secrets in it.'),
    z.strictObject({
      passphrase: secretReferenceSchema.describe('The passphrase; `gpg --decrypt` asks for it.'),
    }),
    z.strictObject({
      publicKeys: z
        .array(z.string().min(1))
        .min(1)
        .describe('Files with OpenPGP public keys (ASCII-armoured), one recipient each.'),
      privateKeyFile: z
        .string()
        .min(1)
        .optional()
        .describe('File with the private key, for those who also restore. Best kept elsewhere.'),
      privateKeyPassphrase: secretReferenceSchema
        .optional()
        .describe('The passphrase that opens the private key.'),
    }),
  ])
  .describe('How backups are encrypted on their way to the vault.');

export type EncryptionConfig = z.infer<typeof encryptionSchema>;

const commonFields = {
  vault: vaultFolder.optional(),
  encryption: encryptionSchema.optional(),
  policy: policySchema.optional(),
};

/** The fields of one cluster's entry, by its system. */
export function clusterSchema(system: SystemDefinition) {
  return z.strictObject({
    system: z.literal(system.id).describe(system.title),
    ...system.schema.shape,
    ...commonFields,
  });
}

/** The whole of `cluster-backup.jsonc`. */
export function configFileSchema(systems: readonly SystemDefinition[]) {
  const entries = systems.map(clusterSchema) as unknown as [ReturnType<typeof clusterSchema>];
  return z.strictObject({
    $schema: z.string().optional(),
    vault: vaultFolder.optional(),
    encryption: encryptionSchema
      .optional()
      .describe('Default for all clusters of this file. A cluster may choose its own.'),
    policy: policySchema
      .optional()
      .describe('Default for all clusters of this file. What a cluster says itself counts for it.'),
    clusters: z
      .record(z.string().regex(CLUSTER_NAME_PATTERN), z.discriminatedUnion('system', entries))
      .optional()
      .describe('The clusters, by name.'),
  });
}

/** The JSON schema behind completion and validation in the editor. */
export function configJsonSchema(systems: readonly SystemDefinition[]): string {
  const schema = z.toJSONSchema(configFileSchema(systems), { io: 'input', target: 'draft-7' });
  return `${JSON.stringify({ title: 'Cluster Backup', ...schema, allowComments: true, allowTrailingCommas: true }, null, 2)}\n`;
}
