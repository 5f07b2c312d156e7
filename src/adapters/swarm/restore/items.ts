import type { PlannedChange, PlanQuestion, RestorePlanItem } from '../../../core/plan';
import { listAt, objectAt } from '../../../snapshots/swarm/jsonValues';
import type { Definition } from '../../../snapshots/swarm/layout';
import { isAutolocked } from './decideSwarm';
import { list } from './decideNetwork';
import { answered, CODES } from './model';
import type { PlanInput } from './model';
import { nodeOf, nodesOf } from './planner';
import { isJob } from './decideService';

/** Kinds that need no swarm. */
const WITHOUT_SWARM = new Set(['volume']);

/** What has to be known before a restore; a blocker stops all of it. */
export function planItems(
  input: PlanInput,
  changes: readonly PlannedChange[],
  addresses: readonly string[],
): RestorePlanItem[] {
  const work = changes.filter((c) => c.chosen && (c.action === 'create' || c.action === 'update'));
  const definitions = new Map(input.source.definitions.map((one) => [one.id, one]));
  const services = work.flatMap(({ id, kind }) => {
    const definition = definitions.get(id);
    return kind === 'service' && definition !== undefined ? [definition] : [];
  });
  return [
    ...swarmItems(input, changes, addresses),
    ...hostileItems(input),
    ...versionItems(input),
    ...nodeItems(input, changes),
    ...leftItems(input),
    ...secretItems(changes),
    ...serviceItems(input, services),
  ];
}

function swarmItems(
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

function hostileItems({ source }: PlanInput): RestorePlanItem[] {
  return [...source.contents.values()].flatMap(({ folder, refused }) =>
    refused === undefined || !/^snapshot\.(escapes|bomb|badName)\b/.test(refused)
      ? []
      : [
          {
            severity: 'blocker' as const,
            code: 'swarm.hostile',
            title: `The backup holds what no engine wrote, in ${folder}`,
            detail: refused,
          },
        ],
  );
}

function versionItems({ source, target }: PlanInput): RestorePlanItem[] {
  const [was, is] = [source.manifest.engine.version, target.engine.version];
  const major = (version: string) => version.split('.').slice(0, 2).join('.');
  if (major(was) === major(is)) return [];
  const isOlder = is.localeCompare(was, 'en', { numeric: true }) < 0;
  return [
    {
      severity: isOlder ? 'warning' : 'info',
      code: 'swarm.engineVersion',
      title: `The backup is of engine ${was}, the target is ${is}`,
      detail: isOlder
        ? 'An older engine may ignore what it does not know; what differs afterwards is told.'
        : 'What differs afterwards is told.',
    },
  ];
}

function nodeItems(input: PlanInput, changes: readonly PlannedChange[]): RestorePlanItem[] {
  const { target } = input;
  const items: RestorePlanItem[] = [];
  const missing: string[] = [];
  for (const name of nodesOf(input.source)) {
    const node = nodeOf(name, input);
    if (node !== undefined && node.name !== name) {
      items.push({
        severity: 'info',
        code: 'swarm.nodeMapped',
        title: `Node ${node.name} takes the place of ${name}`,
      });
    }
    const wanted = changes.some(
      ({ id, chosen, code }) =>
        chosen &&
        code === CODES.nodeMissing &&
        (id === `node/${name}` || id.startsWith(`volume/${name}/`)),
    );
    if (wanted) missing.push(name);
  }
  const options = target.nodes.map(({ name, reached }) => ({
    value: name,
    label: reached ? name : `${name} (its engine is not given)`,
  }));
  if (missing.length > 0) {
    items.push({
      severity: 'warning',
      code: 'swarm.nodeMissing',
      title: `The target does not have, or does not reach, ${list(missing)}`,
      detail: 'What belongs to these nodes is not restored, unless another node takes their place.',
      questions: missing.map((name) => ({
        answer: `node:${name}`,
        title: `Node that takes the place of ${name}`,
        options,
      })),
    });
  }
  if (target.unreached.length > 0) {
    items.push({
      severity: 'warning',
      code: 'swarm.engineUnreached',
      title: 'Not all engines that are listed were reached',
      detail: target.unreached.join('; '),
    });
  }
  return items;
}

function leftItems({ source }: PlanInput): RestorePlanItem[] {
  const { left } = source.manifest;
  if (left.length === 0) return [];
  const words = left.map(({ kind, name, node, message }) => {
    const where = node === undefined ? '' : ` on ${node}`;
    return `${kind} ${name}${where}: ${message}`;
  });
  return [
    {
      severity: left.some(({ reason }) => reason === 'notReached') ? 'warning' : 'info',
      code: 'swarm.left',
      title: `The backup does not hold all of its cluster (${left.length})`,
      detail: words.join('; '),
    },
  ];
}

function secretItems(changes: readonly PlannedChange[]): RestorePlanItem[] {
  const missing = changes.filter(({ chosen, code }) => chosen && code === CODES.payloadMissing);
  if (missing.length === 0) return [];
  return [
    {
      severity: 'warning',
      code: 'swarm.secretsNeeded',
      title:
        missing.length === 1
          ? 'The payload of one secret is needed'
          : `The payloads of ${missing.length} secrets are needed`,
      detail: `No engine gives ${missing.length === 1 ? 'it' : 'them'}: ${list(missing.map(({ name }) => name))}.`,
    },
  ];
}

function serviceItems({ choices }: PlanInput, services: readonly Definition[]): RestorePlanItem[] {
  const items: RestorePlanItem[] = [];
  const dynamic = answered(choices, 'pinPorts') ? [] : services.filter(hasDynamicPort);
  if (dynamic.length > 0) {
    items.push({
      severity: 'info',
      code: 'swarm.dynamicPorts',
      title: 'Some services get other ports',
      detail: `The engine chose them, and chooses again: ${list(dynamic.map(({ name }) => name))}.`,
      questions: [
        {
          answer: 'pinPorts',
          title: 'Publish the same ports',
          value: 'yes',
          action: 'Keep the Ports',
        },
      ],
    });
  }
  const jobs = services.filter(isJob);
  if (jobs.length > 0) {
    items.push({
      severity: 'warning',
      code: 'swarm.jobs',
      title: 'Jobs run again',
      detail: `${list(jobs.map(({ name }) => name))}: creating a job runs it.`,
    });
  }
  return items;
}

function hasDynamicPort(definition: Definition): boolean {
  const spec = objectAt(definition.value, 'Spec');
  return listAt(objectAt(spec, 'EndpointSpec'), 'Ports').some((port) => {
    const number = objectAt({ port }, 'port').PublishedPort ?? 0;
    return number === 0;
  });
}
