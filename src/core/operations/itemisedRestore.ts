import type { Readable } from 'node:stream';
import { coreErrors } from '../errors';
import type { ChangeResult, PlannedChange, RestorePlan } from '../plan';
import type { ItemisedAdapter, RunContext } from '../ports';
import type { ClusterParts } from './context';
import { hasWork, openHead } from './planRestore';
import type { RestoreOptions, RestoreResult } from './restore';
import type { StoredSource } from './source';

/** A backup's bytes that end only when they have been checked. */
export interface CheckedStream {
  stream: Readable;
  close: () => void;
}

/** How many failures a message names before it counts the rest. */
const NAMED = 5;

/**
 * Carries out a confirmed plan object by object, under the cluster's lock: plans once more, refuses when something
 * that was chosen would now be done otherwise, then a safety backup of what is touched, then the changes.
 *
 * @throws `core.planChanged`; `core.restoreIncomplete` with what was done and what was not
 */
export async function restoreItems(
  source: StoredSource,
  parts: ClusterParts & { adapter: ItemisedAdapter },
  { plan, payloads = {} }: RestoreOptions,
  context: RunContext,
  steps: { safetyBackup(): Promise<string | undefined>; checked(): Promise<CheckedStream> },
): Promise<RestoreResult> {
  const { adapter } = parts;
  const request = { content: plan.content, choices: plan.choices ?? {}, payloads };
  const now = await adapter.planChanges(
    { ...request, open: () => openHead(source, parts, context) },
    context,
  );
  refuseOther(plan, now.changes);
  const blocker = now.items.find((item) => item.severity === 'blocker');
  if (blocker !== undefined || !hasWork(now.changes)) {
    throw coreErrors.notRestorable({
      message: `Cluster "${plan.cluster}" can't be restored from ${plan.source}: ${blocker?.title ?? 'nothing that was chosen has anything to do'}.`,
      ...(blocker?.detail === undefined ? {} : { next: blocker.detail }),
    });
  }
  const safetyBackup = await steps.safetyBackup();
  const { stream, close } = await steps.checked();
  let results: ChangeResult[];
  try {
    results = await adapter.applyChanges({ ...request, stream, changes: now.changes }, context);
  } finally {
    close();
  }
  for (const { id, result, message } of results) {
    const line = `${id}: ${result}${message === undefined ? '' : `, ${message}`}`;
    if (result === 'failed') context.log.error(line);
    else context.log.info(line);
  }
  refuseIncomplete(plan, results, safetyBackup);
  return {
    checks: [],
    changes: results,
    ...(safetyBackup === undefined ? {} : { safetyBackup }),
  };
}

/** What the person confirmed is what is done: another action, name or target needs another look. */
function refuseOther(plan: RestorePlan, now: readonly PlannedChange[]): void {
  const words = (changes: readonly PlannedChange[] | undefined) =>
    new Map(
      changes
        ?.filter(({ chosen }) => chosen)
        .map(({ id, action, target, destructive }) => [
          id,
          JSON.stringify([action, target, destructive ?? false]),
        ]),
    );
  const before = words(plan.changes);
  const after = words(now);
  const other = [...new Set([...before.keys(), ...after.keys()])].filter(
    (id) => before.get(id) !== after.get(id),
  );
  if (other.length === 0) return;
  throw coreErrors.planChanged({
    message: `Cluster "${plan.cluster}" is not what it was when the plan was made: ${some(other)} would now be done otherwise. Nothing was changed.`,
  });
}

function refuseIncomplete(
  plan: RestorePlan,
  results: readonly ChangeResult[],
  safetyBackup: string | undefined,
): void {
  const failed = results.filter(({ result }) => result === 'failed');
  const missing = results.filter(({ result }) => result === 'notReached');
  if (failed.length + missing.length === 0) return;
  const done = results.length - failed.length - missing.length;
  const parts = [
    `The restore of "${plan.cluster}" is not complete: ${done} of ${results.length} done`,
    failed.length === 0
      ? undefined
      : `failed: ${some(failed.map(({ id, message }) => `${id} (${message ?? 'no reason given'})`))}`,
    missing.length === 0 ? undefined : `not reached: ${some(missing.map(({ id }) => id))}`,
  ];
  const back =
    safetyBackup === undefined ? '' : ` The state before is safety backup ${safetyBackup}.`;
  throw coreErrors.restoreIncomplete({
    message: `${parts.filter((part) => part !== undefined).join('; ')}.`,
    next: `Mend what the message names and restore again: what is done stays, and only what is missing is done.${back}`,
    changes: [...results],
  });
}

function some(list: readonly string[]): string {
  const more = list.length - NAMED;
  return list.slice(0, NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
