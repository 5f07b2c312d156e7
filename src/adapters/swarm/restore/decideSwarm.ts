import { objectAt } from '../../../snapshots/swarm/jsonValues';
import type { JsonObject } from '../../../snapshots/swarm/jsonValues';
import type { Definition } from '../../../snapshots/swarm/layout';
import { differencesOfSwarm } from './swarmSpec';
import type { Decision, Planning } from './model';

/**
 * What the swarm itself gets. An engine in no swarm gets one where the person gave an address; the settings of a swarm
 * that is there are changed only when they were chosen by their own name. Autolock is never switched, tokens are never
 * rotated.
 */
export function decideSwarm(definition: Definition, planning: Planning): Decision {
  const { choices, target } = planning;
  if (!target.swarm) {
    const address = choices.answers?.initSwarm ?? '';
    if (target.state !== 'inactive' || address === '') {
      return { action: 'cannot', code: 'notInSwarm', reason: 'The engine is in no swarm.' };
    }
    return {
      action: 'create',
      chosen: true,
      reason: `A swarm is created on ${target.engine.name} that is reached at ${address}, with the settings of the backup.`,
    };
  }
  const live = planning.live('swarm', 'swarm');
  const found = live === undefined ? [] : differencesOfSwarm(definition, live, planning);
  if (found.length === 0) return { action: 'leave' };
  const byName = choices.only?.some(({ kind }) => kind === 'swarm') === true;
  if (!byName) {
    return {
      action: 'leave',
      differences: found,
      reason: 'Its settings differ; they are changed only when the swarm is chosen by itself.',
    };
  }
  return { action: 'update', differences: found, destructive: true };
}

/** Whether a swarm wants its unlock key after a restart. */
export function isAutolocked(spec: JsonObject): boolean {
  return objectAt(spec, 'EncryptionConfig').AutoLockManagers === true;
}
