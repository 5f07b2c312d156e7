import type { HostedBackup } from '../model';
import type { SystemDefinition } from '../ports';
import { decide } from '../retention/decide';
import type { RetentionDecisions, VaultRetention } from '../retention/decide';
import { whyNothingGoesThere } from './hostedMode';
import { hostedPolicyBackup, scheduledBy } from './hostedPolicyBackup';

/**
 * What a policy says of the backups on a platform's own side: a pure function of what the platform lists, policy and
 * clock. Only what a schedule of ours had made there is judged, told by its name; all else is the platform's and other
 * people's, and stays.
 *
 * @returns decisions in the order of `backups`; `holds` may be `unready` as well: the platform is at work on it
 * @throws RangeError where the policy's time zone is none
 */
export function decideHosted(
  definition: SystemDefinition,
  policy: VaultRetention,
  backups: readonly HostedBackup[],
  now: Date,
): RetentionDecisions {
  const fixed = whyNothingGoesThere(definition);
  const ours = fixed === undefined ? backups.filter((one) => scheduledBy(one) !== undefined) : [];
  const judged = ours.flatMap((backup) => hostedPolicyBackup(backup) ?? []);
  const { decisions, stopped } = decide({ ...policy, manualCount: undefined }, judged, now);
  const byId = new Map(decisions.map((decision) => [decision.id, decision]));
  const newestReady = judged
    .filter(({ check }) => check === 'ok')
    .reduce((latest, { created }) => Math.max(latest, created), -Infinity);
  const told = backups.map((backup) => {
    const { id, state } = backup;
    const found = byId.get(id);
    if (found === undefined) {
      return { id, keep: true, holds: ['manual'], why: fixed ?? 'no schedule of ours made it' };
    }
    if (state === 'failed' && stopped === undefined && timeOf(backup) < newestReady) {
      return { id, keep: false, holds: [], why: 'it failed, and a newer one is ready' };
    }
    if (found.keep || state === 'ready') return found;
    return { id, keep: true, holds: ['unready'], why: 'the platform is at work on it' };
  });
  return stopped === undefined ? { decisions: told } : { decisions: told, stopped };
}

function timeOf(backup: HostedBackup): number {
  return hostedPolicyBackup(backup)?.created ?? NaN;
}
