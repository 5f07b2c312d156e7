import type { PlannedChange, PlanQuestion, RestorePlanItem } from '../../../core/plan';
import { objectAt } from '../../../snapshots/swarm/jsonValues';
import { isAutolocked } from './decideSwarm';
import type { PlanInput } from './model';

/** Kinds that need no swarm. */
const WITHOUT_SWARM = new Set(['volume']);

/** Whether there is a swarm that takes objects, and how it differs from the backup's. */
export function swarmItems(
  { target, source, choices }: PlanInput,
  changes: readonly PlannedChange[],
  addresses: readonly string[],
): RestorePlanItem[] {
  const needs = changes.some(({ chosen, kind }) => chosen && !WITHOUT_SWARM.has(kind));
  const { name } = target.engine;
  if (!target.swarm && needs) {
    if (target.state !== 'inactive') {
      const isLocked = target.state === 'locked';
      return [
        {
          severity: 'blocker',
          code: isLocked ? 'swarm.locked' : 'swarm.noManager',
          title: isLocked
            ? `The swarm of ${name} is locked`
            : `The engine of ${name} can't be asked for the swarm's objects`,
          detail: isLocked
            ? 'Unlock it with docker swarm unlock and its unlock key.'
            : 'Give the engine of a manager whose swarm has a leader; without one, begin the recovery.',
        },
      ];
    }
    const address = choices.answers?.initSwarm ?? '';
    if (address === '') {
      const [proposed] = addresses;
      const question: PlanQuestion = {
        answer: 'initSwarm',
        title: 'Address at which other nodes reach this one',
        action: 'Create a swarm on this engine',
        ...(proposed === undefined ? {} : { value: proposed }),
      };
      return [
        {
          severity: 'blocker',
          code: 'swarm.notInSwarm',
          title: `The engine of ${name} is in no swarm`,
          detail: `A swarm can be created on it, or join it to one first. A new swarm keeps the address at which its nodes reach each other, so it is asked: an IP address of this machine that they all can reach${proposed === undefined ? '; none can be told from here.' : '.'}`,
          questions: [question],
        },
      ];
    }
  }
  const items: RestorePlanItem[] = [];
  const was = source.manifest.swarm;
  if (was !== undefined && target.swarmId !== undefined && was.id !== target.swarmId) {
    items.push({
      severity: 'info',
      code: 'swarm.otherSwarm',
      title: 'The backup is of another swarm',
      detail: `Ids are mapped from swarm ${was.id} to ${target.swarmId}.`,
    });
  }
  const live = target.definitions.find(({ kind }) => kind === 'swarm');
  const isLocked = live !== undefined && isAutolocked(objectAt(live.value, 'Spec'));
  if (was?.autolock === true && !isLocked) {
    items.push({
      severity: 'warning',
      code: 'swarm.autolock',
      title: 'The swarm of the backup was autolocked, this one is not',
      detail: 'A restore does not switch it: docker swarm update --autolock=true does.',
    });
  }
  if (source.manifest.raft !== undefined) {
    items.push({
      severity: 'info',
      code: 'swarm.raftNotUsed',
      title: 'The Raft state in the backup is not put back',
      detail: 'Objects are created one by one. For the Raft state, see docs/swarm.md.',
    });
  }
  return items;
}
