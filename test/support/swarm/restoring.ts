import type { RestoreChoices } from '../../../src/core/model';
import type { PlannedChange } from '../../../src/core/plan';
import type { PlanInput, Source, Target } from '../../../src/adapters/swarm/restore/model';
import { planObjects } from '../../../src/adapters/swarm/restore/planner';
import { subnetsOf } from '../../../src/adapters/swarm/restore/subnets';
import type { Definition } from '../../../src/snapshots/swarm/layout';
import { volumeFolder } from '../../../src/snapshots/swarm/layout';
import { nameMapOf } from '../../../src/snapshots/swarm/portable';
import { manifestOf } from '../snapshots/swarm';
import { definitionsOf } from './definitions';
import type { EngineLists } from './definitions';

type Value = Record<string, unknown>;

export const node = (name: string, spec: Value = {}, id = `id-${name}`): Value => ({
  ID: id,
  Spec: { Labels: {}, Role: 'manager', Availability: 'active', ...spec },
  Description: { Hostname: name },
});

export const network = (name: string, subnet: string, more: Value = {}): Value => ({
  Id: `id-${name}`,
  Name: name,
  Driver: 'overlay',
  Scope: 'swarm',
  Labels: {},
  IPAM: { Driver: 'default', Config: [{ Subnet: subnet }] },
  ...more,
});

export const secret = (name: string, labels: Value = {}): Value => ({
  ID: `id-${name}`,
  Spec: { Name: name, Labels: labels },
});

export const config = (name: string, data: string, labels: Value = {}): Value => ({
  ID: `id-${name}`,
  Spec: { Name: name, Labels: labels, Data: Buffer.from(data).toString('base64') },
});

export const volume = (name: string, more: Value = {}): Value => ({
  Name: name,
  Driver: 'local',
  Scope: 'local',
  Labels: null,
  Options: null,
  ...more,
});

export interface ServiceShape {
  image?: string;
  networks?: string[];
  secrets?: string[];
  configs?: string[];
  volumes?: string[];
  constraints?: string[];
  labels?: Value;
  ports?: Value[];
  mode?: Value;
}

export const service = (name: string, shape: ServiceShape = {}): Value => ({
  ID: `id-${name}`,
  Version: { Index: 7 },
  Spec: {
    Name: name,
    Labels: shape.labels ?? {},
    TaskTemplate: {
      ContainerSpec: {
        Image: shape.image ?? 'busybox:1',
        Secrets: (shape.secrets ?? []).map((SecretName) => ({
          SecretName,
          SecretID: `id-${SecretName}`,
          File: { Name: SecretName, UID: '0', GID: '0', Mode: 292 },
        })),
        Configs: (shape.configs ?? []).map((ConfigName) => ({
          ConfigName,
          ConfigID: `id-${ConfigName}`,
          File: { Name: ConfigName, UID: '0', GID: '0', Mode: 292 },
        })),
        Mounts: (shape.volumes ?? []).map((Source) => ({
          Type: 'volume',
          Source,
          Target: `/${Source}`,
        })),
      },
      Networks: (shape.networks ?? []).map((name) => ({ Target: `id-${name}` })),
      ...(shape.constraints === undefined ? {} : { Placement: { Constraints: shape.constraints } }),
    },
    Mode: shape.mode ?? { Replicated: { Replicas: 1 } },
    ...(shape.ports === undefined ? {} : { EndpointSpec: { Mode: 'vip', Ports: shape.ports } }),
  },
});

/** A backup of these objects; volumes lie on `node1` and have content. */
export function sourceWith(lists: EngineLists): Source {
  const definitions = definitionsOf(lists);
  const volumes = definitions.filter(({ kind }) => kind === 'volume');
  return {
    manifest: manifestOf({ definitions }),
    definitions,
    names: nameMapOf(definitions),
    contents: new Map(
      volumes.map(({ id, name }) => [
        id,
        { folder: volumeFolder('node1', name), sha256: 'ab'.repeat(32), bytes: 2048 },
      ]),
    ),
  };
}

/** A cluster with these objects, as one that was asked. */
export function targetWith(lists: EngineLists, more: Partial<Target> = {}): Target {
  const definitions = definitionsOf({ nodes: [node('node1')], ...lists });
  return {
    swarm: true,
    swarmId: 'swarm1',
    state: 'active',
    engine: { name: 'node1', version: '20.10.24' },
    definitions,
    names: nameMapOf(definitions),
    nodes: definitions.flatMap(({ kind, name, value }) => {
      const spec = value['Spec'] as { Labels: Record<string, string>; Role: string };
      return kind === 'node'
        ? [{ name, id: String(value['ID']), role: spec.Role, labels: spec.Labels, reached: true }]
        : [];
    }),
    subnets: definitions.flatMap(({ kind, name, value }: Definition) =>
      kind === 'network' ? subnetsOf(value).map((subnet) => ({ network: name, subnet })) : [],
    ),
    networkUsers: new Map(),
    volumeUsers: new Map(),
    unreached: [],
    ...more,
  };
}

/** The plan by id. */
export function planOf(
  source: Source,
  target: Target,
  choices: RestoreChoices = {},
  more: Partial<PlanInput> = {},
): Record<string, PlannedChange> {
  const facts = { images: new Map(), contents: new Map() };
  const changes = planObjects({ source, target, facts, choices, payloads: {}, ...more });
  return Object.fromEntries(changes.map((change) => [change.id, change]));
}
