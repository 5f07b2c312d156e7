import { join } from 'node:path';
import { CLUSTER_NAME_PATTERN, labelProblem } from '../../core/model';
import { vaultErrors } from '../errors';

/** Beside each backup: what the vault knows of it. */
export const MANIFEST = '.manifest.json';
/** A backup while it is written. */
export const PARTIAL = '.partial';
/** Held while a manifest is replaced. */
export const UPDATING = '.updating';
/** Stands beside a backup from the first step of its deletion to the last. */
export const DELETING = '.deleting';
/** A manifest that is not yet in its place. */
export const TEMP = '.tmp';
/** A marker taken away from a process that has died. */
export const DEAD = '.dead';
/** The lock of a cluster: a folder whose time is the heartbeat, and who holds it. */
export const LOCK = '.lock';
export const LOCK_HOLDER = '.lock.json';
/** The same for the one who reads backups back: a slow check holds up nobody. */
export const CHECK_LOCK = '.verify.lock';
export const CHECK_LOCK_HOLDER = '.verify.lock.json';

/** Which planned moment got the last backup of a schedule. */
export const SERVED = '.schedule.json';

const ULID = /^[0-9A-HJKMNP-TV-Z]{26}$/;
const ENDING = /^(\.[A-Za-z0-9]{1,16}){1,4}$/;

export interface BackupName {
  id: string;
  cluster: string;
  created: Date;
  label?: string | undefined;
  ending: string;
}

/**
 * `<cluster>-<UTC yyyymmddThhmmssZ>[-<label>]-<last 6 of the ULID>.snap[.gpg]`: sorts by time,
 * says what it is, and never meets another.
 *
 * @throws `vault.badRequest` for a name that is not fit for a file
 */
export function backupFileName({ id, cluster, created, label, ending }: BackupName): string {
  checkClusterName(cluster);
  if (!ULID.test(id)) throw vaultErrors.badRequest({ message: `"${id}" is not a ULID.` });
  if (!ENDING.test(ending)) {
    throw vaultErrors.badRequest({ message: `"${ending}" is not a file ending.` });
  }
  const problem = label === undefined ? undefined : labelProblem(label);
  if (problem !== undefined) throw vaultErrors.badRequest({ message: problem });
  const time = created
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replace(/[-:]/g, '');
  const parts = [cluster, time, ...(label ? [label] : []), id.slice(-6).toLowerCase()];
  return parts.join('-') + ending;
}

/** @throws `vault.badRequest` for a name that cannot be a folder of the vault */
export function checkClusterName(cluster: string): void {
  if (CLUSTER_NAME_PATTERN.test(cluster)) return;
  throw vaultErrors.badRequest({ message: `"${cluster}" cannot be the name of a cluster.` });
}

/** A plain file name: no path, no hidden file, nothing that any system reads as more than a name. */
export function isPlainName(file: string): boolean {
  // eslint-disable-next-line no-control-regex -- exactly these must not be in a name
  return file !== '' && !file.startsWith('.') && !/[/\\:*?"<>|\u0000-\u001f]/.test(file);
}

/**
 * Where a backup's file lies; never outside its cluster's folder.
 *
 * @throws `vault.outside` when the manifest's names would lead out of the vault
 */
export function backupPath(root: string, { cluster, file }: { cluster: string; file: string }) {
  if (CLUSTER_NAME_PATTERN.test(cluster) && isPlainName(file)) return join(root, cluster, file);
  throw vaultErrors.outside({
    message: `The manifest of "${cluster}" names the file "${file}", which leads out of the vault.`,
  });
}
