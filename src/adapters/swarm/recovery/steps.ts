import type { Recovery, RecoveryStep } from '../../../core/recovery';
import type { SeenEngine, Survey } from './survey';
import { portOf, situationOf } from './situation';
import type { Situation } from './situation';
import { lateSteps } from './lateSteps';
import { engineQuestion, unlockKeyQuestion } from './questions';
import { counted, engineFacts, summaryOf } from './words';

/** Works out the walk from what was seen, and from nothing else: so it can be left and taken up again. */
export function walkOf(survey: Survey): Recovery {
  const situation = situationOf(survey);
  const steps = [
    look(situation),
    ...(noManagerLeft(situation) ? [cold(situation)] : []),
    copyRaft(situation),
    unlock(situation),
    openKey(situation),
    forceNewCluster(situation),
    ...lateSteps(situation),
  ];
  const healthy =
    situation.lead !== undefined && !steps.some((s) => s.state === 'next' && s.id !== 'restore');
  return {
    summary: summaryOf(situation),
    state: situation.lead === undefined ? 'lost' : healthy ? 'healthy' : 'degraded',
    steps,
  };
}

function noManagerLeft({ lead, orphans, locked, engines }: Situation): boolean {
  const answers = engines.some((e) => e.state !== 'silent');
  return lead === undefined && orphans.length === 0 && locked.length === 0 && answers;
}

function look(situation: Situation): RecoveryStep {
  const answers = situation.engines.some((e) => e.state !== 'silent');
  return {
    id: 'look',
    title: 'See what is left',
    detail:
      'Every engine of this cluster’s entry is asked how it is. List the engines of all managers under `engines`: ' +
      'what is not listed can’t be seen, and a quorum among managers that are not seen is still a quorum.',
    state: answers ? 'done' : 'next',
    ...(answers
      ? {}
      : {
          reason:
            'No engine answers. Start one manager at least (systemctl start docker) or mend the way to it, then refresh.',
        }),
    destructive: false,
    automatic: false,
    commands: ['docker info', 'docker node ls'],
    facts: engineFacts(situation),
  };
}

function cold({ engines }: Situation): RecoveryStep {
  const idle = engines.filter((e) => e.state === 'inactive').map((e) => e.name);
  const root = engines.find((e) => e.rootDir !== undefined)?.rootDir ?? '/var/lib/docker';
  return {
    id: 'cold',
    title: 'Bring one manager back',
    detail:
      (idle.length > 0 ? `In no swarm: ${idle.join(', ')}. ` : '') +
      '1. If one of them was a manager until force-new-cluster was tried with autolock on: do not init and do not join, ' +
      'its data is whole. Restart the engine; it comes back locked. ' +
      '2. If a copy of a manager’s Raft state exists: put it back while the engine is stopped, on a machine with the ' +
      'same address and the same Docker version as the manager had, then refresh. ' +
      '3. If only a backup of definitions exists: begin a new swarm and restore the backup into it.',
    state: 'next',
    destructive: false,
    automatic: false,
    handover: 'restore',
    commands: [
      '# 1. after force-new-cluster with autolock on',
      'systemctl restart docker',
      '# 2. from a copy of the Raft state; raft/tar.* of a backup, joined, is such a tar',
      'systemctl stop docker docker.socket',
      `mv ${root}/swarm ${root}/swarm.old`,
      `tar -x -C ${root} -f swarm-MANAGER.tar`,
      'systemctl start docker',
      '# 3. a new swarm, for a backup of definitions and volumes',
      'docker swarm init --advertise-addr ADDRESS',
    ],
  };
}

function copyRaft({ lead, orphans, locked, engines }: Situation): RecoveryStep {
  const manager = orphans[0] ?? locked[0] ?? lead;
  const root = manager?.rootDir ?? '/var/lib/docker';
  const needed = lead === undefined && manager !== undefined;
  return {
    id: 'copyRaft',
    title: 'Copy the Raft state first',
    detail:
      'All that the swarm knows lies in this folder of a manager. With a copy, whatever goes wrong from here on can be ' +
      'taken back. The safe way is with the engine stopped, by hand; a backup with the part "Raft state" copies it ' +
      'while the engine runs.',
    state: needed || lead !== undefined ? 'optional' : 'waiting',
    ...(engines.every((e) => e.state === 'silent') ? { reason: 'No engine answers.' } : {}),
    destructive: false,
    consequence: 'Containers on that machine stop while the engine is stopped.',
    automatic: false,
    handover: 'backup',
    commands: [
      ...(manager === undefined ? [] : [`# on ${manager.name}`]),
      'systemctl stop docker docker.socket',
      `tar -c -C ${root} -f swarm-${manager?.name ?? 'MANAGER'}.tar swarm`,
      'systemctl start docker',
    ],
  };
}

function unlock(situation: Situation): RecoveryStep {
  const { locked } = situation;
  const { questions = [] } = engineQuestion('Unlock which manager?', locked, situation);
  return {
    id: 'unlock',
    title: 'Unlock the managers',
    detail:
      'A manager with autolock waits for its unlock key after each restart. If more than half of the managers are ' +
      'only locked, unlocking them brings the swarm back as it was, and nothing has to be rebuilt. Where the others ' +
      'are gone for good it is of no use: take the lock off the key instead and restart the engine. The answer is ' +
      'needed for this step only; it is not kept.',
    state: locked.length > 0 ? 'next' : 'done',
    destructive: false,
    automatic: true,
    questions: [...questions, unlockKeyQuestion],
    commands: ['docker swarm unlock'],
    facts: locked.map((e) => [e.name, 'locked']),
  };
}

/** Managers whose key may have to be opened before one is rebuilt on. */
export function openable({ orphans, locked }: Pick<Situation, 'orphans' | 'locked'>): SeenEngine[] {
  return [...orphans, ...locked];
}

function openKey(situation: Situation): RecoveryStep {
  const { lead } = situation;
  const managers = openable(situation);
  const root = managers[0]?.rootDir ?? '/var/lib/docker';
  const { questions = [] } = engineQuestion('On which manager?', managers, situation);
  return {
    id: 'openKey',
    title: 'Take the lock off the manager’s key (only with autolock)',
    detail:
      'With autolock on, force-new-cluster fails and throws the manager out of the swarm (moby#36852), and without a ' +
      'quorum autolock can’t be turned off. What can be done: the manager’s key file is opened with the unlock key, as ' +
      'it would be without autolock. Take this only when the other managers are gone for good. A manager that is ' +
      'locked, or was unlocked and found no leader, has to be restarted afterwards (systemctl restart docker). ' +
      'Without autolock there is nothing to do here; the next step looks for itself before it changes anything.',
    state: lead !== undefined ? 'done' : managers.length > 0 ? 'optional' : 'waiting',
    destructive: true,
    consequence:
      'From then on the key of this manager and its Raft log lie unprotected on its disk, as they do in a swarm ' +
      'without autolock. The former file is kept beside it as swarm-node.key.locked.',
    automatic: true,
    questions: [...questions, unlockKeyQuestion],
    commands: [
      '# "BEGIN ENCRYPTED PRIVATE KEY": autolock is on',
      `head -1 ${root}/swarm/certificates/swarm-node.key`,
      '# how to open it by hand: docs/swarm-recovery.md',
    ],
  };
}

function forceNewCluster(situation: Situation): RecoveryStep {
  const { lead, orphans, locked, managers } = situation;
  const [first] = orphans;
  const others = [
    ...new Set(orphans.flatMap((e) => e.remoteManagers.map((m) => m.address))),
  ].filter((address) => orphans.length > 1 || address !== ownAddress(first));
  const address = first?.address ?? 'ADDRESS';
  const { questions = [] } = engineQuestion('Rebuild on which manager?', orphans, situation);
  return {
    id: 'forceNewCluster',
    title: 'Rebuild the swarm on one manager',
    detail:
      'One manager becomes a swarm of its own, with all services, networks, configs and secrets it knows. Tasks on ' +
      'it and on workers run on. Be sure that the other managers are really gone: one that lives on elsewhere with ' +
      'a majority would make two swarms out of one.',
    state:
      lead !== undefined ? 'done' : locked.length > 0 || orphans.length === 0 ? 'waiting' : 'next',
    ...(lead !== undefined
      ? { reason: `A quorum exists: ${managers.reachable} of ${counted(managers.all, 'manager')}.` }
      : locked.length > 0
        ? { reason: 'Unlock the managers first: together they may have a quorum.' }
        : orphans.length === 0
          ? { reason: 'No manager is there to rebuild on. A worker can’t be used.' }
          : {}),
    destructive: true,
    consequence:
      'All other managers are forgotten and can only come back by leaving and joining anew. What they knew and this ' +
      'one did not is lost.' +
      (others.length > 0 ? ` Forgotten: ${others.join(', ')}.` : ''),
    automatic: true,
    ...(questions.length > 0 ? { questions } : {}),
    commands: [
      ...(first === undefined ? [] : [`# on ${first.name}`]),
      `docker swarm init --force-new-cluster --advertise-addr ${address}`,
      'docker node ls',
    ],
  };
}

function ownAddress(engine: SeenEngine | undefined): string | undefined {
  return engine?.remoteManagers.find((m) => m.id === engine.nodeId)?.address;
}

/** Where a manager listens, as `swarm init` takes it. */
export function listenAddress(engine: SeenEngine): string {
  return `0.0.0.0:${portOf(ownAddress(engine))}`;
}
