import { coreErrors } from '../errors';
import type { HostedRetention, RunContext } from '../ports';
import type { RetentionChange, RetentionPlan, RetentionSettings } from '../retention/settings';
import type { ClusterParts } from './context';
import { lockedFor } from './hosted';

/** How long the platform keeps its backups. */
export function readRetention(
  parts: ClusterParts,
  context: RunContext,
): Promise<RetentionSettings> {
  return retentionOf(parts).read(context);
}

/** What a change of that would send, and what will be there then; changes nothing. */
export function planRetention(
  parts: ClusterParts,
  change: RetentionChange,
  context: RunContext,
): Promise<RetentionPlan> {
  return retentionOf(parts).plan(change, context);
}

/**
 * Sends a change that was shown and agreed to.
 *
 * @throws `core.planChanged` where the settings are others by now
 */
export function writeRetention(
  parts: ClusterParts,
  plan: RetentionPlan,
  context: RunContext,
): Promise<RetentionSettings> {
  return lockedFor(parts, 'retention', context, (c) => retentionOf(parts).write(plan, c));
}

function retentionOf({ adapter, definition }: ClusterParts): HostedRetention {
  if (adapter.retention !== undefined) return adapter.retention();
  throw coreErrors.unsupported({
    message: `${definition.title} has no settings of its own that say how long backups are kept.`,
  });
}
