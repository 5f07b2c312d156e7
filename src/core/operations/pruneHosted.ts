import { throwIfCancelled } from '../errors';
import { decideHosted } from '../policy/hostedDecisions';
import type { RunContext } from '../ports';
import type { VaultRetention } from '../retention/decide';
import type { ClusterParts } from './context';
import { hostedOf, lockedFor, unsupported } from './hosted';
import { planHostedRemove, refuseBlockedRemoval } from './hostedRestore';
import { bytesOf, goingOf, removeEach } from './prune';
import type { PruneItem, PrunePlan, PruneResult, RecordPrune } from './prune';

/**
 * What a policy lets go of on a platform's own side; changes nothing. `decideHosted` says what is judged there at all.
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
  const { decisions, stopped } = decideHosted(parts.definition, policy, backups, now);
  const items = backups.flatMap(({ name, created = '', bytes = 0 }, at): PruneItem[] => {
    const decision = decisions[at];
    return decision === undefined ? [] : [{ ...decision, file: name, created, bytes }];
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
