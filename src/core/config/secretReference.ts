import * as z from 'zod';

/** Where a secret comes from. The configuration file never holds the secret itself. */
export const secretReferenceSchema = z
  .union([
    z.strictObject({ env: z.string().min(1).describe('Name of an environment variable.') }),
    z.strictObject({
      secret: z
        .string()
        .regex(/^[A-Za-z0-9_.-]{1,64}$/)
        .describe(
          'Name of a stored secret. The editor keeps it in its secret storage and asks for it once; ' +
            'the command line takes it from CLUSTER_BACKUP_SECRET_<NAME>.',
        ),
    }),
  ])
  .describe('A reference to a secret; never the secret itself.');

export type SecretReference = z.infer<typeof secretReferenceSchema>;

/** The environment variable in which the command line finds a stored secret of that name. */
export function secretVariable(name: string): string {
  return `CLUSTER_BACKUP_SECRET_${name.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`;
}
