import type { PlanLine } from '../../core/plan';
import { hostAddress, isHostAddress } from './restoreAnswers';
import type { RestoreFacts, SwarmManager } from './restoreFacts';

/** Where it is restored: on a manager, or on an engine that becomes one. */
export function membership(facts: RestoreFacts): PlanLine[] {
  const { node, swarm } = facts;
  switch (swarm.state) {
    case 'none':
      return newSwarm(facts);
    case 'locked':
      return [
        {
          severity: 'blocker',
          code: 'ucp.locked',
          title: `The engine of ${node} waits for its unlock key`,
          detail: 'Unlock it first: docker swarm unlock',
        },
      ];
    case 'worker':
      return [
        {
          severity: 'blocker',
          code: 'ucp.worker',
          title: `${node} is a worker of a swarm`,
          detail:
            'A restore runs on a manager, or on an engine in no swarm. Name the engine of a manager in the entry.',
        },
      ];
    case 'noQuorum':
      return [
        {
          severity: 'blocker',
          code: 'ucp.noQuorum',
          title: `The swarm of ${node} has no quorum`,
          detail: 'Walk back first: "Recover from Lost Quorum", or `recover` on the command line.',
        },
      ];
    case 'pending':
      return [
        {
          severity: 'blocker',
          code: 'ucp.swarmPending',
          title: `The engine of ${node} is neither in a swarm nor out of one`,
          detail: `${swarm.error ?? 'It is joining, or could not.'} Wait, or leave: docker swarm leave --force`,
        },
      ];
    case 'manager':
      return managers(node, swarm.managers);
  }
}

function newSwarm(facts: RestoreFacts): PlanLine[] {
  const { node, addresses } = facts;
  const answer = hostAddress(facts);
  const proposed = answer ?? addresses[0];
  const questions = [
    {
      answer: 'hostAddress',
      title: `Address under which other nodes reach ${node}`,
      ...(proposed === undefined ? {} : { value: proposed }),
      action: 'Make a swarm here',
    },
  ];
  if (answer === undefined || !isHostAddress(answer)) {
    return [
      {
        severity: 'blocker',
        code: 'ucp.noSwarm',
        title: `${node} is in no swarm`,
        detail:
          answer === undefined
            ? 'The restore makes a new one on it (docker swarm init). Say under which address others reach it.'
            : `"${answer}" is neither an address nor the name of an interface.`,
        questions,
      },
    ];
  }
  return [
    {
      severity: 'warning',
      code: 'ucp.newSwarm',
      title: `A new swarm is made on ${node}, reached at ${answer}`,
      detail: 'The product does it before it restores (docker swarm init).',
      questions,
    },
  ];
}

function managers(node: string, all: readonly SwarmManager[]): PlanLine[] {
  const lines: PlanLine[] = [
    {
      severity: 'info',
      code: 'ucp.manager',
      title: `Restored on ${node}, a manager of a swarm with ${all.length === 1 ? 'one manager' : `${all.length} managers`}`,
    },
  ];
  const down = all.filter(({ isUp }) => !isUp).map(({ name }) => name);
  if (down.length > 0) {
    lines.push({
      severity: 'warning',
      code: 'ucp.managersDown',
      title: `Not there now: ${down.join(', ')}`,
      detail:
        'The restore does not wait for them to be healthy. A manager that comes back may still have parts of the old UCP.',
    });
  }
  return lines;
}
