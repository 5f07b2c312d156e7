import type { ClusterBackupError } from '../../core/errors';
import { snapshotErrors } from '../snapshotErrors';
import type { TarEntry } from '../tar/tarEntry';

/** Refuses what may not stand in an archive at all, each for its own reason. */
export function refuseMember({ path, type }: TarEntry): ClusterBackupError {
  const shown = JSON.stringify(path.slice(0, 200));
  if (/^([/\\]|[A-Za-z]:)|(^|[/\\])\.\.([/\\]|$)/.test(path)) {
    return snapshotErrors.unsafeMember({
      message: `The archive holds ${shown}, a path that leads out of the folder it is unpacked in.`,
    });
  }
  if (type !== 'file') {
    return snapshotErrors.unsafeMember({ message: `${shown} in the archive is a ${type}.` });
  }
  return snapshotErrors.unexpectedMember({
    message: `The archive holds ${shown}, which no swarm backup does.`,
  });
}

export const missing = (name: string) =>
  snapshotErrors.missingMember({ message: `The archive lacks its ${name}.` });

export const outOfOrder = (name: string) =>
  snapshotErrors.badOrder({ message: `${name} stands where it may not in the archive.` });

export const mismatch = (what: string) => snapshotErrors.countMismatch({ message: `${what}.` });
