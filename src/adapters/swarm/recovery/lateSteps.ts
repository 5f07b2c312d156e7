import type { RecoveryStep } from '../../../core/recovery';
import type { NodeEntry } from './survey';
import { nodeName } from './situation';
import type { Situation } from './situation';
import { engineQuestion } from './questions';
import { counted, engineWords } from './words';

/** The steps that need a quorum. */
export function lateSteps(situation: Situation): RecoveryStep[] {
  return [
    removeOld(situation),
    restore(situation),
    joinOthers(situation),
    healthy(situation),
    rotate(situation),
    autolockOn(situation),
  ];
}

const NO_QUORUM = { state: 'waiting', reason: 'The swarm has no quorum yet.' } as const;

/** The dead first; those that may come back only when none is left. */
export function removable({ dead, absent }: Situation): NodeEntry[] {
  return dead.length > 0 ? dead : absent;
}

function removeOld(situation: Situation): RecoveryStep {
  const { lead, dead, absent } = situation;
  const names = removable(situation);
  const demote = dead.length === 0;
  return {
    id: 'removeOld',
    title: 'Remove the entries of dead managers',
    detail:
      dead.length > 0
        ? 'The swarm was rebuilt without them: they can’t come back under these entries. A machine that lives joins anew.'
        : 'A manager that will not come back counts against the majority: demoted and removed, it no longer does.',
    ...(lead === undefined
      ? NO_QUORUM
      : { state: dead.length > 0 ? 'next' : absent.length > 0 ? 'optional' : 'done' }),
    destructive: true,
    consequence: `Their labels go with them, and the tasks they had are started elsewhere.${
      demote && absent.length > 0
        ? ' If one of them comes back, it has to leave and join anew.'
        : ''
    }`,
    automatic: true,
    commands:
      names.length === 0
        ? ['docker node rm --force NODE']
        : names.flatMap((n) => [
            ...(demote ? [`docker node demote ${n.ID}`] : []),
            `docker node rm --force ${n.ID}`,
          ]),
    facts: names.map((n) => [nodeName(n), nodeWords(n)]),
  };
}

function nodeWords(node: NodeEntry): string {
  const labels = Object.entries(node.Spec.Labels ?? {}).map(([k, v]) => `${k}=${v}`);
  const state = node.Status?.State ?? 'unknown';
  return labels.length === 0 ? state : `${state}; labels ${labels.join(', ')}`;
}

function restore({ lead, services }: Situation): RecoveryStep {
  return {
    id: 'restore',
    title: 'Restore what is missing',
    detail:
      services.length === 0
        ? 'The swarm has no services. Restore a backup into it: the plan lists item by item what it would bring back.'
        : `The swarm knows ${counted(services.length, 'service')}. Whether that is all, the plan of the newest backup tells: it leaves what is there and brings back what is missing, such as node labels and volumes.`,
    ...(lead === undefined
      ? NO_QUORUM
      : { state: services.length === 0 ? ('next' as const) : ('optional' as const) }),
    destructive: false,
    automatic: false,
    handover: 'restore',
    commands: ['docker service ls', 'docker network ls', 'docker volume ls'],
  };
}

function joinOthers(situation: Situation): RecoveryStep {
  const { lead, strangers, managers } = situation;
  const address =
    lead?.nodes?.find((n) => n.ID === lead.nodeId)?.ManagerStatus?.Addr ?? 'MANAGER:2377';
  const { questions = [] } = engineQuestion('Which engine joins?', strangers, situation);
  const few =
    managers.all === 2
      ? 'Two managers are no safer than one: both are needed for a majority. '
      : managers.all === 1
        ? 'One manager alone has no reserve. '
        : '';
  return {
    id: 'joinOthers',
    title: 'Let the others join as managers',
    detail:
      `${few}An engine that was in the old swarm leaves it and joins the new one, one at a time; labels and ` +
      'availability of its old entry are carried over while that entry is there. Three managers survive the loss of one, five of two. ' +
      'The token is a secret: the first command prints it in your own terminal.',
    ...(lead === undefined
      ? NO_QUORUM
      : {
          state:
            strangers.length > 0
              ? ('next' as const)
              : managers.all >= 3
                ? ('done' as const)
                : ('optional' as const),
        }),
    ...(lead !== undefined && strangers.length === 0 && managers.all < 3
      ? {
          reason:
            'No further engine of this entry answers; add machines by hand with the commands.',
        }
      : {}),
    destructive: true,
    consequence:
      'On the engine that leaves, the containers of the old swarm’s services are stopped; its volumes stay.',
    automatic: lead !== undefined && strangers.length > 0,
    questions: [
      ...questions,
      {
        field: 'address',
        title: 'Address under which the others reach it (empty: Docker finds it)',
        optional: true,
        value: strangers.length === 1 ? (strangers[0]?.address ?? '') : '',
      },
    ],
    commands: [
      `# on ${lead?.name ?? 'the manager that lives'}`,
      'docker swarm join-token manager',
      '# on the one that joins',
      'docker swarm leave --force',
      `docker swarm join --token TOKEN ${address}`,
    ],
    facts: strangers.map((e) => [e.name, engineWords(e, situation)]),
  };
}

function healthy({ lead, managers, short, services }: Situation): RecoveryStep {
  const well = managers.reachable === managers.all && short.length === 0;
  return {
    id: 'healthy',
    title: 'Wait until all is well',
    detail: 'All managers are reachable, and every service runs as many tasks as it should.',
    ...(lead === undefined ? NO_QUORUM : { state: well ? ('done' as const) : ('next' as const) }),
    destructive: false,
    automatic: true,
    commands: ['docker node ls', 'docker service ls'],
    facts: [
      ['Managers', `${managers.reachable} of ${managers.all} reachable`],
      ...services
        .filter((s) => !s.job && s.desired !== undefined)
        .map((s): [string, string] => [s.name, `${s.running ?? 0} of ${s.desired ?? 0} tasks`]),
    ],
  };
}

function rotate({ lead, autolock }: Situation): RecoveryStep {
  const key = autolock === true ? ['docker swarm unlock-key --rotate'] : [];
  return {
    id: 'rotate',
    title: 'Rotate the join tokens',
    detail: `After a disaster nobody knows who has seen them. Nodes that are in the swarm notice nothing.${
      autolock === true
        ? ' The unlock key is rotated too; read the new one with docker swarm unlock-key and keep it.'
        : ''
    }`,
    ...(lead === undefined ? NO_QUORUM : { state: 'optional' as const }),
    destructive: autolock === true,
    consequence:
      autolock === true
        ? 'Tokens and the unlock key that are written down somewhere are no longer valid.'
        : 'Tokens that are written down somewhere are no longer valid.',
    automatic: true,
    commands: [
      'docker swarm join-token --rotate worker',
      'docker swarm join-token --rotate manager',
      ...key,
    ],
  };
}

function autolockOn({ lead, autolock }: Situation): RecoveryStep {
  return {
    id: 'autolockOn',
    title: 'Turn autolock on again, if it was on',
    detail:
      'Rebuilding turns it off. The command prints a new unlock key in your own terminal: keep it where you find it ' +
      'when no swarm is running.',
    ...(lead === undefined
      ? NO_QUORUM
      : { state: autolock === true ? ('done' as const) : ('optional' as const) }),
    destructive: false,
    automatic: false,
    commands: ['docker swarm update --autolock=true', 'docker swarm unlock-key'],
  };
}
