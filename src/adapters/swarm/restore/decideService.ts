import { policyOf } from '../../../core/restoreChoices';
import { listAt, objectAt, textAt } from '../../../snapshots/swarm/jsonValues';
import type { JsonObject } from '../../../snapshots/swarm/jsonValues';
import type { Definition } from '../../../snapshots/swarm/layout';
import { beside } from './beside';
import { placementOf, unmet } from './constraints';
import { differsFrom, expectedService, serviceOptions } from './expected';
import { accepts, CODES } from './model';
import type { Decision, Planning } from './model';
import { volumeHindrances } from './serviceVolumes';
import type { Hindrance } from './serviceVolumes';

/** What a service gets, once all it needs has been decided. */
export function decideService(definition: Definition, planning: Planning): Decision {
  const { name, id } = definition;
  const live = planning.live('service', name);
  const explicit = planning.choices.rename?.[id];
  if (live === undefined && explicit === undefined) return carry(definition, name, planning);
  const found = live === undefined ? [] : differences(definition, live, planning);
  if (live !== undefined && explicit === undefined && found.length === 0)
    return { action: 'leave' };
  const policy = policyOf(planning.choices, id);
  if (policy === 'rename' || explicit !== undefined) {
    return beside(definition, planning, {
      same: (other) => differences(definition, other, planning).length === 0,
      create: (target) => ({ ...carry(definition, target, planning), target }),
    });
  }
  if (policy === 'skip' || live === undefined) {
    return { action: 'conflict', code: CODES.differs, differences: found };
  }
  if (modeOf(definition) !== modeOf(live)) {
    return {
      action: 'cannot',
      code: CODES.modeDiffers,
      differences: found,
      reason: `It is ${modeOf(live)} and was ${modeOf(definition)}: an engine does not change that. Remove it first.`,
    };
  }
  const made = carry(definition, name, planning);
  if (made.action !== 'create') return { ...made, differences: found };
  return { ...made, action: 'update', differences: found, destructive: true };
}

function differences(definition: Definition, live: Definition, planning: Planning): string[] {
  const { expected } = expectedService(definition, live.name, planning);
  return differsFrom(expected, live, planning.target.names);
}

/** Creates or updates it, unless something stands in the way. */
function carry(definition: Definition, target: string, planning: Planning): Decision {
  const hindrances = hindrancesOf(definition, target, planning);
  const stops = ({ code, acceptable }: Hindrance) =>
    acceptable !== true || !accepts(planning.choices, code);
  const [first] = [
    ...hindrances.filter(({ acceptable }) => acceptable !== true),
    ...hindrances.filter((one) => one.acceptable === true && stops(one)),
  ];
  const reasons = hindrances.map(({ reason }) => reason);
  if (first !== undefined) {
    return {
      action: 'cannot',
      code: first.code,
      ...(first.acceptable === true ? { acceptable: true } : {}),
      reason: reasons.join(' '),
    };
  }
  if (isJob(definition)) reasons.push('It is a job: it runs again.');
  const [code] = hindrances.map((one) => one.code);
  return {
    action: 'create',
    ...(code === undefined ? {} : { code }),
    ...(reasons.length === 0 ? {} : { reason: reasons.join(' ') }),
  };
}

function hindrancesOf(definition: Definition, target: string, planning: Planning): Hindrance[] {
  const { expected, missing, spec } = expectedService(definition, target, planning);
  const found: Hindrance[] = [];
  for (const { kind, name } of missing.filter((one) => one.kind !== 'node')) {
    found.push({
      code: CODES.dependencyMissing,
      reason: `It needs the ${kind} ${name}, which is not there and is not restored.`,
    });
  }
  const port = takenPort(expected.body, target, planning);
  if (port !== undefined) found.push({ code: CODES.portTaken, reason: port });
  found.push(...volumeHindrances(definition, planning));
  const image = imageOf(definition, planning);
  if (image !== undefined && planning.facts.images.get(image) === 'missing') {
    found.push({
      code: CODES.imageMissing,
      acceptable: true,
      reason: `The image ${image} is on none of the engines, and its registry does not give it: no task can start.`,
    });
  }
  const gone = missing.filter((one) => one.kind === 'node').map(({ name }) => `node ${name}`);
  const labels = (node: (typeof planning.target.nodes)[number]) => planning.labelsOf(node);
  gone.push(...unmet(constraintsOf(spec, planning), planning.target.nodes, labels));
  if (gone.length > 0) {
    found.push({
      code: CODES.nodeLabelGone,
      acceptable: true,
      reason: `No node of the target meets ${gone.join(', ')}: its tasks would wait for one.`,
    });
  }
  return found;
}

/** Constraints by id name the node in this form: they are put back to ids to be judged. */
function constraintsOf(spec: JsonObject, { target }: Planning): string[] {
  const ids = new Map(target.nodes.map(({ name, id }) => [name, id]));
  return placementOf(spec).flatMap((constraint) => {
    const [, head, name = ''] = /^(\s*node\.id\s*(?:==|!=)\s*)(\S+)\s*$/i.exec(constraint) ?? [];
    if (head === undefined) return [constraint];
    const id = ids.get(name);
    // One whose node is not known is told as missing already.
    return id === undefined ? [] : [`${head}${id}`];
  });
}

/** The image of a service as it will be asked for. */
export function imageOf(
  definition: Definition,
  planning: Pick<Planning, 'choices'>,
): string | undefined {
  const task = objectAt(objectAt(definition.value, 'Spec'), 'TaskTemplate');
  const image = textAt(objectAt(task, 'ContainerSpec'), 'Image');
  return serviceOptions(planning).stripDigest === true ? image?.replace(/@.*$/, '') : image;
}

interface Port {
  number: number;
  protocol: string;
}

function publishedPorts(body: JsonObject): Port[] {
  return listAt(objectAt(body, 'EndpointSpec'), 'Ports').flatMap((port) => {
    const number = objectAt({ port }, 'port').PublishedPort;
    if (typeof number !== 'number' || number === 0) return [];
    if (textAt(port, 'PublishMode') === 'host') return [];
    return [{ number, protocol: textAt(port, 'Protocol') ?? 'tcp' }];
  });
}

function takenPort(body: JsonObject, target: string, planning: Planning): string | undefined {
  for (const { number, protocol } of publishedPorts(body)) {
    const other = planning.target.definitions.find(
      (live) =>
        live.kind === 'service' &&
        live.name !== target &&
        publishedPorts(objectAt(live.value, 'Spec')).some(
          (one) => one.number === number && one.protocol === protocol,
        ),
    );
    if (other !== undefined) {
      return `Port ${number}/${protocol} is published by the service ${other.name} already.`;
    }
  }
  return undefined;
}

const MODES = [
  ['ReplicatedJob', 'a replicated job'],
  ['GlobalJob', 'a global job'],
  ['Global', 'global'],
] as const;

function modeOf(definition: Definition): string {
  const mode = objectAt(objectAt(definition.value, 'Spec'), 'Mode');
  return MODES.find(([key]) => mode[key] !== undefined && mode[key] !== null)?.[1] ?? 'replicated';
}

/** Whether its tasks run to an end. */
export function isJob(definition: Definition): boolean {
  return modeOf(definition).endsWith('job');
}
