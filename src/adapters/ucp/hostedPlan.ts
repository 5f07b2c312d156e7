import { isClusterBackupError } from '../../core/errors';
import type { PlanLine } from '../../core/plan';
import type { BackupRequest } from '../../core/ports';
import type { UcpConnections } from './connections';
import { lockOf } from './hostedCreate';
import { checkPassphrase } from './versions';
import type { UcpVersion } from './versions';

/** What has to be known of a backup that the product makes over its HTTP API and keeps on a manager. */
export function hostedLines(
  ucp: Pick<UcpConnections, 'connection'>,
  request: Pick<BackupRequest, 'encryption' | 'on'>,
  version: UcpVersion,
): PlanLine[] {
  if (!version.choosesPassphrase) {
    return [
      {
        severity: 'blocker',
        code: 'ucp.noBackupApi',
        title: `${version.title} makes no backups over its HTTP API: that came with 3.2`,
      },
    ];
  }
  return [
    ...(request.on === undefined
      ? []
      : [
          {
            severity: 'blocker' as const,
            code: 'ucp.anyManager',
            title:
              'Over its HTTP API no manager can be named: the one that answers writes the backup',
          },
        ]),
    ...lockLines(ucp, request, version),
    {
      severity: 'info',
      code: 'ucp.staysThere',
      title: 'The backup is written to a manager’s disk and stays there',
      detail: 'Nothing stops: UCP and all workloads run on.',
    },
  ];
}

function lockLines(
  ucp: Pick<UcpConnections, 'connection'>,
  request: Pick<BackupRequest, 'encryption'>,
  version: UcpVersion,
): PlanLine[] {
  const { passphrase, why } = lockOf(ucp, request);
  if (passphrase === undefined) {
    return [
      {
        severity: 'warning',
        code: 'ucp.unencryptedThere',
        title: 'The file lies unencrypted on the manager’s disk, and holds private keys',
        detail: `${why ?? ''}. With "encryptedBy": "product" and a passphrase it does.`,
      },
    ];
  }
  try {
    checkPassphrase(version, passphrase);
    return [];
  } catch (error) {
    return [blockerOf(error)];
  }
}

/** An error of ours as a line that stops a backup; any other is thrown. */
export function blockerOf(error: unknown): PlanLine {
  if (!isClusterBackupError(error)) throw error;
  const { code, message, next } = error;
  return { severity: 'blocker', code, title: message.replace(/\.$/, ''), detail: next };
}
