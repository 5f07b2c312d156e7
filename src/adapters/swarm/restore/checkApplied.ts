import type { PlannedChange } from '../../../core/plan';
import { definitionId } from '../../../snapshots/swarm/layout';
import type { PlanInput, VolumeState } from './model';
import { nodeOf, planObjects } from './planner';
import type { Results } from './results';

/**
 * Plans once more on what is there now: what was done has nothing left to be done. What has is a failure, and where it
 * differs is told.
 */
export function checkApplied(
  input: Omit<PlanInput, 'facts'>,
  active: readonly PlannedChange[],
  results: Results,
): void {
  const contents = new Map<string, VolumeState>();
  for (const { id, kind, name, target } of active) {
    const definition = input.source.definitions.find((one) => one.id === id);
    if (kind !== 'volume' || definition === undefined) continue;
    const node = nodeOf(definition.node ?? '', input)?.name ?? '';
    // The engine has taken all of it; that it differs again when a service writes is not for us to judge.
    contents.set(definitionId('volume', target ?? name, node), 'same');
  }
  const now = planObjects({ ...input, facts: { images: new Map(), contents } });
  for (const { id } of active) {
    const change = now.find((one) => one.id === id);
    if (!results.isDone(id) || change === undefined || change.action === 'leave') continue;
    const where = change.differences?.join(', ') ?? change.reason ?? 'it is not there';
    results.failed(
      id,
      `It was written, and what is there now is not what the backup says: ${where}.`,
    );
  }
}
