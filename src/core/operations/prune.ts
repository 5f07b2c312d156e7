import { ClusterBackupError, coreErrors, throwIfCancelled, toErrorInfo } from '../errors';
import { policyBackup } from '../policy/policyBackup';
import { decide } from '../retention/decide';
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
  /** Oldest first. */
  removed: PruneItem[];
  frees: number;
  /** As in the plan that was made just before. */
  stopped?: RetentionStop;
}

interface PruneParts {
  vault: Vault;
  cluster: string;
  policy: VaultRetention;
}

/** What a policy lets go of now, and why; changes nothing. */
export async function planPrune(
  { vault, cluster, policy }: PruneParts,
  context: RunContext,
): Promise<PrunePlan> {
  context.progress({ phase: 'Looking at the backups' });
  const backups = await vault.list(cluster);
  throwIfCancelled(context.signal);
  const now = context.clock.now();
  const { decisions, stopped } = decide(policy, backups.map(policyBackup), now);
  const byId = new Map(decisions.map((decision) => [decision.id, decision]));
  const items = backups.map(({ manifest: { id, file, created, bytes, label } }): PruneItem => {
    const { keep = true, holds = [], why = '' } = byId.get(id) ?? {};
    return { id, file, created, bytes, ...(label ? { label } : {}), keep, holds, why };
  });
  return {
    cluster,
    at: now.toISOString(),
    policy,
    items,
    frees: bytesOf(items.filter(({ keep }) => !keep)),
    ...(stopped === undefined ? {} : { stopped }),
  };
}

/**
 * Deletes what a policy lets go of, the oldest first, under the cluster's lock and decided anew there. The first that
 * can't be deleted ends it; what went before stays gone, as the policy says so.
 *
 * @param plan what a person was shown: nothing goes that it does not name. Left out: whatever goes by now.
 * @throws `vault.locked`, `vault.lockLost`, `vault.notRemoved`, `core.cancelled`
 */
export async function prune(
  parts: PruneParts & { plan?: PrunePlan | undefined },
  context: RunContext,
): Promise<PruneResult> {
  const { vault, cluster, plan } = parts;
  const lock = await vault.lock(cluster, 'prune');
  const c = { ...context, signal: AbortSignal.any([context.signal, lock.signal]) };
  try {
    const now = await planPrune(parts, c);
    const removed = await removeEach(goingOf(now, plan), c, ({ id }) => {
      if (lock.signal.aborted) throw lock.signal.reason;
      return vault.remove(id);
    });
    const { stopped } = now;
    return { removed, frees: bytesOf(removed), ...(stopped === undefined ? {} : { stopped }) };
  } finally {
    await lock.release();
  }
}

/** What goes, oldest first; where somebody was shown a plan, only what that names as well. */
export function goingOf(now: PrunePlan, shown: PrunePlan | undefined): PruneItem[] {
  const named = shown && new Set(shown.items.flatMap(({ keep, id }) => (keep ? [] : [id])));
  return now.items.filter(({ keep, id }) => !keep && named?.has(id) !== false).reverse();
}

/** Removes one after the other, and stops at the first that can't be; says each with its reason. */
export async function removeEach(
  going: readonly PruneItem[],
  context: RunContext,
  remove: (item: PruneItem) => Promise<void>,
): Promise<PruneItem[]> {
  const removed: PruneItem[] = [];
  for (const item of going) {
    throwIfCancelled(context.signal);
    context.progress({ phase: 'Deleting backups', done: removed.length, total: going.length });
    try {
      await remove(item);
    } catch (error) {
      // Where somebody else was quicker it has gone, as it should.
      if (toErrorInfo(error).code !== 'core.unknownBackup') {
        throw afterSome(error, removed.length, going.length);
      }
    }
    context.log.info(`Deleted ${item.file}: ${item.why}.`);
    removed.push(item);
  }
  if (going.length > 0) {
    context.progress({ phase: 'Deleting backups', done: going.length, total: going.length });
  }
  return removed;
}

/** Whether something would go, and a guard keeps it for now. */
export function isHeldUp({ items }: Pick<PrunePlan, 'items'>): boolean {
  return items.some(({ holds }) => holds.includes('guard'));
}

/** A guard's stop as an error, for a caller whose work ends by it. */
export function pruneStopped({ text, next }: RetentionStop): ClusterBackupError {
  return coreErrors.pruneStopped({ message: text, next });
}

function afterSome(error: unknown, done: number, of: number): Error {
  const { code, category, message, next } = toErrorInfo(error);
  const text = `${message} ${done} of ${of} were deleted before it; the others are still there.`;
  return new ClusterBackupError({ code, category, message: text, next }, { cause: error });
}

export function bytesOf(items: readonly PruneItem[]): number {
  return items.reduce((sum, { bytes }) => sum + bytes, 0);
}
