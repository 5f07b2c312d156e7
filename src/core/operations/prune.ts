import { ClusterBackupError, coreErrors, throwIfCancelled, toErrorInfo } from '../errors';
import { policyBackup } from '../policy/policyBackup';
import { decide } from '../retention/decide';
import type { RetentionStop, VaultRetention } from '../retention/decide';
import { isVerified } from '../retention/guards';
import type { Manifest } from '../model';
import type { PolicyBackup } from '../policy/policyBackup';
import type { RunContext, Vault, VaultLock } from '../ports';

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
  holds: readonly string[];
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

/** Writes what is done down as an activity; called under the lock, as one that waits for its turn is none. */
export type RecordPrune = (
  context: RunContext,
  run: (context: RunContext) => Promise<PruneResult>,
) => Promise<PruneResult>;

interface PruneParts {
  vault: Vault;
  cluster: string;
  policy: VaultRetention;
}

/** What a policy lets go of now, and why; changes nothing. */
export async function planPrune(parts: PruneParts, context: RunContext): Promise<PrunePlan> {
  return (await look(parts, context)).plan;
}

/** A plan, and the backups that it rests on: the newest one, and the newest that is known to be good. */
interface Look {
  plan: PrunePlan;
  restsOn: PolicyBackup[];
}

async function look({ vault, cluster, policy }: PruneParts, context: RunContext): Promise<Look> {
  context.progress({ phase: 'Looking at the backups' });
  const backups = await vault.list(cluster);
  throwIfCancelled(context.signal);
  const now = context.clock.now();
  const judged = backups.map(policyBackup);
  const { decisions, stopped } = decide(policy, judged, now);
  const byId = new Map(decisions.map((decision) => [decision.id, decision]));
  const items = backups.map(({ manifest: { id, file, created, bytes, label } }): PruneItem => {
    const { keep = true, holds = [], why = '' } = byId.get(id) ?? {};
    return { id, file, created, bytes, ...(label ? { label } : {}), keep, holds, why };
  });
  const plan = {
    cluster,
    at: now.toISOString(),
    policy,
    items,
    frees: bytesOf(items.filter(({ keep }) => !keep)),
    ...(stopped === undefined ? {} : { stopped }),
  };
  const past = judged.filter(({ created }) => created <= now.getTime());
  const restsOn = [past[0], past.find(isVerified)].flatMap((backup) => backup ?? []);
  return { plan, restsOn };
}

/** Whether a plan's guards would still say the same: a check goes on beside a prune, and files can go. */
async function isAsSeen(vault: Vault, restsOn: readonly PolicyBackup[]): Promise<boolean> {
  for (const { id, check, missing } of restsOn) {
    const backup = await vault.get(id);
    const now = backup && policyBackup(backup);
    if (now?.check !== check || now.missing !== missing) return false;
  }
  return true;
}

/**
 * Deletes what a policy lets go of, the oldest first, under the cluster's lock and decided anew there; and once more
 * where a check, which goes on beside it, has found out something that a guard goes by. One that is pinned meanwhile
 * stays. The first that can't be deleted ends it; what went before stays gone, as the policy says so.
 *
 * @param plan what a person was shown: nothing goes that it does not name. Left out: whatever goes by now.
 * @throws `vault.locked`, `vault.lockLost`, `vault.notRemoved`, `core.cancelled`
 */
export async function prune(
  parts: PruneParts & { plan?: PrunePlan | undefined },
  context: RunContext,
  record: RecordPrune = (c, run) => run(c),
): Promise<PruneResult> {
  const { vault, cluster } = parts;
  const lock = await vault.lock(cluster, 'prune');
  const signal = AbortSignal.any([context.signal, lock.signal]);
  try {
    return await record({ ...context, signal }, (c) => pruneLocked(parts, lock, c));
  } finally {
    await lock.release();
  }
}

async function pruneLocked(
  parts: PruneParts & { plan?: PrunePlan | undefined },
  lock: VaultLock,
  c: RunContext,
): Promise<PruneResult> {
  const { vault, plan } = parts;
  let now = await look(parts, c);
  const removed = await removeEach(goingOf(now.plan, plan), c, async ({ id }) => {
    if (!(await isAsSeen(vault, now.restsOn))) now = await look(parts, c);
    if (now.plan.items.find((item) => item.id === id)?.keep !== false) return false;
    if (lock.signal.aborted) throw lock.signal.reason;
    let isGoing = true;
    await vault.remove(id, undefined, (manifest) => (isGoing = mayGo(manifest)));
    return isGoing;
  });
  const { stopped } = now.plan;
  return { removed, frees: bytesOf(removed), ...(stopped === undefined ? {} : { stopped }) };
}

/** What somebody may have found out or wished since all was decided. */
function mayGo({ pin, verification }: Manifest): boolean {
  return pin !== true && verification?.result !== 'damaged';
}

/** What goes, oldest first; where somebody was shown a plan, only what that names as well. */
export function goingOf(now: PrunePlan, shown: PrunePlan | undefined): PruneItem[] {
  const named = shown && new Set(shown.items.flatMap(({ keep, id }) => (keep ? [] : [id])));
  return now.items.filter(({ keep, id }) => !keep && named?.has(id) !== false).reverse();
}

/**
 * Removes one after the other, and stops at the first that can't be; says each with its reason.
 *
 * @param remove gives false where it stays after all
 */
export async function removeEach(
  going: readonly PruneItem[],
  context: RunContext,
  remove: (item: PruneItem) => Promise<boolean>,
): Promise<PruneItem[]> {
  const removed: PruneItem[] = [];
  for (const [done, item] of going.entries()) {
    throwIfCancelled(context.signal);
    context.progress({ phase: 'Deleting backups', done, total: going.length });
    try {
      if (!(await remove(item))) {
        context.log.info(`Kept ${item.file}: something has changed since it was to go.`);
        continue;
      }
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
