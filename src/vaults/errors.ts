import { errorTable, isClusterBackupError, type ClusterBackupError } from '../core/errors';

/** What can go wrong where backups are kept. */
export const vaultErrors = errorTable('vault', {
  diskFull: {
    category: 'failed',
    next: 'Free space there or choose another vault folder, then start it again. Nothing half was kept.',
  },
  quota: {
    category: 'failed',
    next: 'Free space under your quota or have it raised, then start it again. Nothing half was kept.',
  },
  notWritable: {
    category: 'failed',
    next: 'Check owner and permissions of the folder, and that it is not mounted read-only.',
  },
  notReadable: {
    category: 'failed',
    next: 'Check owner and permissions of the file and of the folders above it.',
  },
  ioFailed: {
    category: 'failed',
    next: 'Check the disk or the network share, then start it again.',
  },
  tooLarge: {
    category: 'failed',
    next: 'Use a file system that takes larger files (FAT32 stops at 4 GiB).',
  },
  failed: { category: 'failed', next: 'Look at the log for the whole story, then start it again.' },
  badRequest: { category: 'usage', next: 'Correct the name and try again.' },
  exists: { category: 'refused', next: 'Nothing was overwritten. Start it again.' },
  locked: {
    category: 'refused',
    next: 'Wait until the other is done. A lock whose holder has gone is freed by itself within seconds.',
  },
  lockLost: {
    category: 'failed',
    next: 'Start it again. If it happens often, check that the clocks of the machines agree.',
  },
  busy: { category: 'refused', next: 'Try again in a moment.' },
  missingFile: {
    category: 'failed',
    next: 'Put the file back beside its manifest, or delete the backup from the list.',
  },
  outside: {
    category: 'refused',
    next: 'Put the real file, not a link, into the folder of its cluster in the vault.',
  },
  writerGone: { category: 'failed', next: 'Start the backup again.' },
  damagedManifest: {
    category: 'failed',
    next: 'Put the manifest right, or move it away: the backup is then adopted anew.',
  },
  newerManifest: {
    category: 'refused',
    next: 'Update this program to read this backup; the file itself is untouched.',
  },
  notRemoved: {
    category: 'failed',
    next: 'The backup is as it was. Check the permissions, or delete it for good instead of by the trash.',
  },
});

type FsReason = 'read' | 'write';

const reasons: Record<string, { kind: keyof typeof kinds; why: string }> = {
  ENOSPC: { kind: 'diskFull', why: 'the disk is full' },
  EDQUOT: { kind: 'quota', why: 'the quota is used up' },
  EROFS: { kind: 'notWritable', why: 'the file system is read-only' },
  EACCES: { kind: 'denied', why: 'permission was denied' },
  EPERM: { kind: 'denied', why: 'the operation is not permitted' },
  ENOTDIR: { kind: 'denied', why: 'a part of the path is a file, not a folder' },
  ELOOP: { kind: 'outside', why: 'it is a symbolic link, which a vault does not follow' },
  EEXIST: { kind: 'exists', why: 'there is one already' },
  EFBIG: { kind: 'tooLarge', why: 'the file system does not take a file of this size' },
  EIO: { kind: 'ioFailed', why: 'the disk reported an error' },
  ESTALE: { kind: 'ioFailed', why: 'the network share has gone' },
  ETIMEDOUT: { kind: 'ioFailed', why: 'the network share did not answer' },
  ENOTCONN: { kind: 'ioFailed', why: 'the network share is not connected' },
  EHOSTDOWN: { kind: 'ioFailed', why: 'the server of the network share is down' },
  ENXIO: { kind: 'ioFailed', why: 'the device has gone' },
  ENODEV: { kind: 'ioFailed', why: 'the device has gone' },
};

const kinds = {
  diskFull: vaultErrors.diskFull,
  quota: vaultErrors.quota,
  notWritable: vaultErrors.notWritable,
  tooLarge: vaultErrors.tooLarge,
  exists: vaultErrors.exists,
  ioFailed: vaultErrors.ioFailed,
  outside: vaultErrors.outside,
  denied: undefined,
};

/** The system's code of an error, e.g. `ENOENT`; undefined for anything else. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/**
 * A file system's error in the words of the vault. Our own errors pass unchanged.
 *
 * @param what what was being done, as the start of a sentence: "Writing the backup"
 * @param path what it was done to
 * @param access decides whether a denial is `vault.notReadable` or `vault.notWritable`
 */
export function vaultError(
  error: unknown,
  what: string,
  path: string,
  access: FsReason,
): ClusterBackupError {
  if (isClusterBackupError(error)) return error;
  const code = errnoOf(error);
  const reason = code === undefined ? undefined : reasons[code];
  const why = reason?.why ?? (error instanceof Error ? error.message : String(error));
  const denied = access === 'write' ? vaultErrors.notWritable : vaultErrors.notReadable;
  const make = reason === undefined ? vaultErrors.failed : (kinds[reason.kind] ?? denied);
  return make({
    message: `${what} failed at ${path}: ${why}${code === undefined ? '' : ` (${code})`}.`,
    cause: error,
  });
}
