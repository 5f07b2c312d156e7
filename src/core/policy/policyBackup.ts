import type { Backup } from '../model';

/** What a policy has to know of a backup. Plain data. */
export interface PolicyBackup {
  id: string;
  /** When it was begun: milliseconds since 1970. */
  created: number;
  /** Made by a schedule; whatever else there is counts as made by hand: safety backups and adopted files, too. */
  scheduled: boolean;
  pinned: boolean;
  /** What the last check found; `none`: it was never checked. */
  check: 'ok' | 'damaged' | 'none';
  /** When that was: milliseconds since 1970. */
  checked?: number;
  /** A platform could not finish it: its moment is still without a backup. */
  failed?: true;
  /** The manifest is there and its file is not. */
  missing: boolean;
  bytes: number;
  /** Only backups of the same kind are compared by their size: format, mode, what of the cluster was taken. */
  alike: string;
}

/** A backup of a vault as a policy sees it. */
export function policyBackup({ manifest, state }: Backup): PolicyBackup {
  const { id, created, origin, pin, verification, bytes, format, mode, scope, encryption } =
    manifest;
  return {
    id,
    created: Date.parse(created),
    scheduled: origin.kind === 'schedule',
    pinned: pin === true,
    check: checkOf(manifest),
    ...(verification === undefined ? {} : { checked: Date.parse(verification.at) }),
    missing: state === 'missing',
    bytes,
    alike: JSON.stringify([format, mode, scope, encryption.kind]),
  };
}

/**
 * What has been checked. Stored bytes that are as they were tell as much as was known of them before: of a file that was
 * never opened, nothing.
 */
function checkOf({ verification, sha256 }: Backup['manifest']): PolicyBackup['check'] {
  if (verification === undefined) return 'none';
  const { result, of } = verification;
  return result === 'ok' && of === 'stored' && sha256.content === undefined ? 'none' : result;
}
