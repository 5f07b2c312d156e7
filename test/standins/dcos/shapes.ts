import * as z from 'zod';

/*
 * What goes over the backup service's HTTP API, after the vendor's swagger (dcos-docs-site,
 * pages/mesosphere/dcos/2.1/api/backup-restore.yaml, the same from 1.10 to 2.2). The stand-in checks all it takes and
 * gives against it. `restores` is the one thing that the swagger does not declare.
 */

const PATTERN = /^[A-Za-z0-9_][A-Za-z0-9_][A-Za-z0-9_.-]*$/;

export const label = z.string().min(3).max(25).regex(PATTERN);
export const id = z.string().min(40).max(62).regex(PATTERN);
export const createRequest = z.object({ label });
export const idRequest = z.object({ id });

const status = z.enum(['STATUS_BACKING_UP', 'STATUS_READY', 'STATUS_ERROR', 'STATUS_RESTORING']);
const components = z.record(z.string(), z.object({ status }).catchall(z.string()));
/** RFC 3339 with nine digits of a second, as Go writes it. */
const timestamp = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);

const restore = z.strictObject({
  id: id.optional(),
  timestamp: timestamp.optional(),
  status: status.optional(),
  component_status: components,
});

export const backupMetadata = z.strictObject({
  id,
  dcos_version: z.string(),
  timestamp,
  status,
  component_status: components,
  restores: z.union([restore, z.array(restore)]).optional(),
});
export const backupList = z.array(backupMetadata);

/** Now, to the nanosecond: what this machine does not know of it is made up. */
export function nanoseconds(now: Date, below: number): string {
  return now.toISOString().replace('Z', `${String(below % 1_000_000).padStart(6, '0')}Z`);
}
