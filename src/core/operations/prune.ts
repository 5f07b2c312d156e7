import type { RetentionStop, VaultRetention } from '../retention/decide';
import type { RunContext, Vault } from '../ports';

/** A row of a prune's plan. */
export interface PruneItem {
  id: string;
  file: string;
  /** ISO 8601. */
  created: string;
  bytes: number;
  label?: string;
  /** As in `RetentionDecision`. */
  keep: boolean;
  holds: string[];
  why: string;
}

/** What a prune would do. */
export interface PrunePlan {
  cluster: string;
  /** ISO 8601. */
  at: string;
  policy: VaultRetention;
  /** Every backup of the cluster, newest first. */
  items: PruneItem[];
  /** Bytes of those that go. */
  frees: number;
  /** Why nothing goes for now. */
  stopped?: RetentionStop;
}

export interface PruneResult {
  removed: PruneItem[];
  frees: number;
  /** As in the plan that was made just before. */
  stopped?: RetentionStop;
}

/** What a policy lets go of now, and why; changes nothing. */
export function planPrune(
  _parts: { vault: Vault; cluster: string; policy: VaultRetention },
  _context: RunContext,
): Promise<PrunePlan> {
  throw new Error('Not there yet.');
}

/**
 * Deletes what a policy lets go of, under the cluster's lock, decided anew there.
 *
 * @param plan what a person was shown: nothing goes that it does not name. Left out: whatever goes by now.
 * @throws `vault.locked`, `vault.notRemoved`
 */
export function prune(
  _parts: { vault: Vault; cluster: string; policy: VaultRetention; plan?: PrunePlan | undefined },
  _context: RunContext,
): Promise<PruneResult> {
  throw new Error('Not there yet.');
}
