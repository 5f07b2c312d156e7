import type { EditedPolicy } from '../config/policyText';
import { decide } from '../retention/decide';
import type { RetentionStop, VaultRetention } from '../retention/decide';
import type { PolicyBackup } from './policyBackup';

/** What counts for a cluster: its own fields over the file's. */
export function effectivePolicy({
  own,
  inherited,
}: {
  own?: EditedPolicy | undefined;
  inherited?: EditedPolicy | undefined;
}): EditedPolicy | undefined {
  return own === undefined && inherited === undefined ? undefined : { ...inherited, ...own };
}

/** Backups that a policy lets go of at once; those that only a guard keeps, too. */
export function goingNow(
  policy: VaultRetention | undefined,
  backups: readonly PolicyBackup[],
  now: Date,
): { ids: Set<string>; why: Map<string, string>; stopped?: RetentionStop } {
  const { decisions, stopped } = decide(policy, backups, now);
  const going = decisions.filter(({ keep, holds }) => !keep || holds.includes('guard'));
  return {
    ids: new Set(going.map(({ id }) => id)),
    why: new Map(going.map(({ id, why }) => [id, why])),
    ...(stopped === undefined ? {} : { stopped }),
  };
}
