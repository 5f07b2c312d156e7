import * as z from 'zod';
import type { SwarmService } from './wire';

/** Label of a service that a backup holds at zero: another machine can tell by it, too. */
export const HELD_LABEL = 'cluster-backup.held';
/** Constraint that no node meets: how a global service is held. */
export const HELD_CONSTRAINT = 'node.labels.cluster-backup.held == nowhere';

const heldSchema = z.object({
  /** When. */
  since: z.string().max(64),
  /** Names the run that holds it. */
  by: z.string().max(64),
  /** Replicas it had; of a global service, none. */
  replicas: z.number().int().nonnegative().nullable(),
});
export type Held = z.infer<typeof heldSchema>;

/** What the label of a held service says; undefined when it is not held, or by somebody else's words. */
export function heldOf(
  labels: Readonly<Record<string, string>> | null | undefined,
): Held | undefined {
  const text = labels?.[HELD_LABEL];
  if (text === undefined) return undefined;
  try {
    return heldSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** A warning for each service that is held at zero. */
export function heldServices(services: readonly SwarmService[]): string[] {
  return services.flatMap(({ Spec }) => {
    if (Spec.Labels?.[HELD_LABEL] === undefined) return [];
    const held = heldOf(Spec.Labels);
    const since = held === undefined ? '' : ` since ${held.since}`;
    const before =
      typeof held?.replicas !== 'number'
        ? ''
        : ` (it had ${held.replicas} replica${held.replicas === 1 ? '' : 's'})`;
    return [
      `Service ${Spec.Name} is held at zero${since} by a consistent backup that is running or was interrupted${before}.`,
    ];
  });
}
