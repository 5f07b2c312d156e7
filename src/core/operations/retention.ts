import { coreErrors } from '../errors';
import type { HostedRetention, RunContext } from '../ports';
import type { RetentionChange, RetentionPlan, RetentionSettings } from '../retention/settings';
import type { ClusterParts } from './context';
import { lockedFor } from './hosted';
import { refuseOther } from './planGuards';

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
 * Sends a change that was shown and agreed to, once, after it was planned anew.
 *
 * @throws `core.planChanged` where the settings are others by now, or a backup would go that was not named;
 *   `core.badRetention` where something blocks it
 */
export function writeRetention(
  parts: ClusterParts,
  plan: RetentionPlan,
  context: RunContext,
): Promise<RetentionSettings> {
  return lockedFor(parts, 'retention', context, async (c) => {
    c.progress({ phase: 'Checking the plan' });
    const retention = retentionOf(parts);
    const now = await retention.plan(plan.change, c);
    refuseOther({ cluster: parts.name, items: plan.items }, now.items);
    refuseBlockedRetention(now);
    if (now.fingerprint !== plan.fingerprint || now.request !== plan.request) {
      throw coreErrors.planChanged({
        message: `How long "${parts.name}" keeps backups was changed by somebody else since the plan was made. Nothing was sent.`,
      });
    }
    c.progress({ phase: 'Sending the settings' });
    return retention.write(plan, c);
  });
}

/** @throws `core.badRetention` where something blocks a plan */
export function refuseBlockedRetention({ change, items }: RetentionPlan): void {
  const blockers = items.filter(({ severity }) => severity === 'blocker');
  if (blockers.length === 0) return;
  const reasons = blockers.map(({ title }) => title).join('; ');
  throw coreErrors.badRetention({
    message: `How long backups of ${change.kind} are kept can't be set so: ${reasons}.`,
  });
}

function retentionOf({ adapter, definition }: ClusterParts): HostedRetention {
  if (adapter.retention !== undefined) return adapter.retention();
  throw coreErrors.unsupported({
    message: `${definition.title} has no settings of its own that say how long backups are kept.`,
  });
}
