import { throwIfCancelled } from '../errors';
import type { HostedBackup } from '../model';
import { whyNothingGoesThere } from '../policy/hostedMode';
import { hostedPolicyBackup, scheduledBy } from '../policy/hostedPolicyBackup';
import type { RunContext } from '../ports';
import { decide } from '../retention/decide';
import type { VaultRetention } from '../retention/decide';
import type { ClusterParts } from './context';
import { hostedOf, lockedFor, unsupported } from './hosted';
import { planHostedRemove, refuseBlockedRemoval } from './hostedRestore';
import { bytesOf, goingOf, removeEach } from './prune';
import type { PruneItem, PrunePlan, PruneResult, RecordPrune } from './prune';

/**
 * What a policy lets go of on a platform's own side. Only what a schedule of ours had made there is judged, told by its
 * name; all else is the platform's and other people's, and stays.
 */
export async function planPruneHosted(
  parts: ClusterParts,
  policy: VaultRetention,
  context: RunContext,
): Promise<PrunePlan> {
  context.progress({ phase: 'Looking at the backups' });
  const { backups } = await hostedOf(parts).list(context);
  throwIfCancelled(context.signal);
  const now = context.clock.now();
  const fixed = whyNothingGoesThere(parts.definition);
  const ours = fixed === undefined ? backups.filter((one) => scheduledBy(one) !== undefined) : [];
  const judged = ours.flatMap((backup) => hostedPolicyBackup(backup) ?? []);
  const { decisions, stopped } = decide({ ...policy, manualCount: undefined }, judged, now);
  const byId = new Map(decisions.map((decision) => [decision.id, decision]));
  const newestReady = judged
    .filter(({ check }) => check === 'ok')
    .reduce((latest, { created }) => Math.max(latest, created), -Infinity);
  const items = backups.map((backup): PruneItem => {
    const { id, name, created = '', bytes = 0, state } = backup;
    const item = { id, file: name, created, bytes };
    const found = byId.get(id);
    if (found === undefined) {
      return {
        ...item,
        keep: true,
        holds: ['manual'],
        why: fixed ?? 'no schedule of ours made it',
      };
    }
    const { keep, holds, why } = found;
    if (state === 'failed' && stopped === undefined && timeOf(backup) < newestReady) {
      return { ...item, keep: false, holds: [], why: 'it failed, and a newer one is ready' };
    }
    if (keep || state === 'ready') return { ...item, keep, holds, why };
    return { ...item, keep: true, holds: ['unready'], why: 'the platform is at work on it' };
  });
  return {
    cluster: parts.name,
    at: now.toISOString(),
    policy,
    items,
    frees: bytesOf(items.filter(({ keep }) => !keep)),
    ...(stopped === undefined ? {} : { stopped }),
  };
}

/**
 * Deletes on the platform's side what a policy lets go of, each as a person would: with the platform's own plan, which
 * may forbid it.
 *
 * @param plan as for `prune`
 * @throws `vault.locked`, `core.notRemovable`, what the platform says
 */
export async function pruneHosted(
  parts: ClusterParts,
  { policy, plan }: { policy: VaultRetention; plan?: PrunePlan | undefined },
  context: RunContext,
  record: RecordPrune = (c, run) => run(c),
): Promise<PruneResult> {
  const prune = async (c: RunContext): Promise<PruneResult> => {
    const hosted = hostedOf(parts);
    const { backups } = await hosted.list(c);
    const groups = new Map(backups.map(({ id, group }) => [id, group]));
    const now = await planPruneHosted(parts, policy, c);
    const { stopped } = now;
    const removed = await removeEach(goingOf(now, plan), c, async ({ id }) => {
      const ref = { id, group: groups.get(id) };
      refuseBlockedRemoval(await planHostedRemove(parts, ref, c));
      if (hosted.remove === undefined) throw unsupported(parts);
      await hosted.remove(ref, c);
      return true;
    });
    return { removed, frees: bytesOf(removed), ...(stopped === undefined ? {} : { stopped }) };
  };
  return lockedFor(parts, 'prune', context, (c) => record(c, prune));
}

function timeOf(backup: HostedBackup): number {
  return hostedPolicyBackup(backup)?.created ?? NaN;
}
