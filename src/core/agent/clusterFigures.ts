import type { PolicyBackup } from '../policy/policyBackup';
import { standingOf } from '../policy/standing';
import { isCheckOverdue } from '../schedule/checks';
import type { Failure } from './noticeBook';
import type { AgentCluster, AgentClusterState } from './ports';

/** What of a cluster's state follows from its backups. */
type OfBackups = Pick<
  AgentClusterState,
  'standing' | 'backups' | 'bytes' | 'damaged' | 'checksOverdue' | 'oldestCheck' | 'lastSuccess'
>;

/** The figures of a cluster's backups, for metrics and people. */
export function figuresOf(
  { key, policy }: AgentCluster,
  backups: readonly PolicyBackup[],
  now: Date,
  run: { failure?: Failure; running: boolean },
): OfBackups {
  const standing = standingOf(policy, key, backups, now, run);
  const { verify } = policy;
  let [bytes, damaged, checksOverdue, oldestCheck] = [0, 0, 0, Infinity];
  for (const backup of backups) {
    if (backup.missing) continue;
    bytes += backup.bytes;
    if (backup.check === 'damaged') damaged += 1;
    if (verify !== undefined && isCheckOverdue(verify, backup, now)) checksOverdue += 1;
    oldestCheck = Math.min(oldestCheck, backup.checked ?? backup.created);
  }
  return {
    standing,
    backups: backups.length,
    bytes,
    damaged,
    checksOverdue,
    ...(oldestCheck === Infinity ? {} : { oldestCheck }),
    ...(standing.newest === undefined ? {} : { lastSuccess: standing.newest }),
  };
}
