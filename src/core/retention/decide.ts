import type { PolicyConfig } from '../config/policy';
import type { PolicyBackup } from '../policy/policyBackup';

/** What of a policy says how long backups are kept. */
export type VaultRetention = Pick<
  PolicyConfig,
  'schedules' | 'manualCount' | 'maxBackups' | 'timeZone' | 'smallerBy'
>;

/** What becomes of one backup, and why. */
export interface RetentionDecision {
  id: string;
  keep: boolean;
  /**
   * What holds it: intervals of schedules as written, in the policy's order; `manual`; `pin`; `newestVerified`;
   * `damaged`, `missing`, `future` for those that are set aside; `guard` where it would go and a guard stops it.
   */
  holds: string[];
  /** In words, for a row: "newest of its day (1d, 3rd of 7), …" or "6 newer of 1h". */
  why: string;
}

/** Why nothing goes for now, though something would. */
export interface RetentionStop {
  code: 'noPolicy' | 'newestUnverified' | 'newestDamaged' | 'newestMissing' | 'newestSmaller';
  text: string;
  next: string;
}

export interface RetentionDecisions {
  /** In the order in which the backups came. */
  decisions: RetentionDecision[];
  stopped?: RetentionStop;
}

/** Which backups are kept under a policy, and why: a pure function of backups, policy and clock. */
export function decide(
  _policy: VaultRetention | undefined,
  _backups: readonly PolicyBackup[],
  _now: Date,
): RetentionDecisions {
  throw new Error('Not there yet.');
}
