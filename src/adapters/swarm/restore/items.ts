import type { PlannedChange, RestorePlanItem } from '../../../core/plan';
import { listAt, objectAt } from '../../../snapshots/swarm/jsonValues';
import type { Definition } from '../../../snapshots/swarm/layout';
import { list } from './decideNetwork';
import { answered, CODES } from './model';
import type { PlanInput } from './model';
import { nodeItems } from './nodeItems';
import { swarmItems } from './swarmItems';
import { isJob } from './decideService';

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
