import * as z from 'zod';

/*
 * What goes over the HTTP API of UCP from 3.2 on, as it is documented (docker/docs ee/admin/backup/back-up-ucp.md,
 * ee/ucp/user-access/cli.md). The stand-in checks all it takes and gives against it.
 */

/** Go decodes names whatever their case. */
const anyCase = (value: unknown): unknown =>
  typeof value !== 'object' || value === null
    ? value
    : Object.fromEntries(Object.entries(value).map(([name, of]) => [name.toLowerCase(), of]));

export const loginRequest = z.strictObject({ username: z.string(), password: z.string() });
export const loginReply = z.strictObject({ auth_token: z.uuid() });

export const backupRequest = z.preprocess(
  anyCase,
  z.object({
    passphrase: z.string().default(''),
    nopassphrase: z.boolean().default(false),
    filename: z.string().default(''),
    includelogs: z.boolean().default(false),
    hostpath: z.string().default(''),
  }),
);
export type BackupRequest = z.infer<typeof backupRequest>;

export const backupCreated = z.strictObject({ backupId: z.uuid() });

const time = z.iso.datetime();
export const backup = z.strictObject({
  id: z.uuid(),
  encrypted: z.boolean(),
  fileName: z.string(),
  logFileName: z.string(),
  backupPath: z.string(),
  backupState: z.enum(['IN_PROGRESS', 'SUCCESS', 'FAILED']),
  nodeLocation: z.string(),
  shortError: z.string(),
  created_at: time,
  completed_at: time,
});
export type Backup = z.infer<typeof backup>;
export const backups = z.array(backup);

export const version = z.strictObject({
  Version: z.string(),
  ApiVersion: z.string(),
  Components: z.array(z.strictObject({ Name: z.string(), Version: z.string() })),
});

/** Go's zero time: not finished. */
export const NOT_FINISHED = '0001-01-01T00:00:00Z';
