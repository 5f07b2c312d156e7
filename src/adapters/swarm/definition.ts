import * as z from 'zod';
import type { SystemDefinition } from '../../core/ports';
import { DEFINITION_KINDS, SWARM_ENDING } from '../../snapshots/swarm/layout';
import {
  bindingOf,
  dockerConnectionFields,
  dockerPathFields,
  parseDockerConnection,
  warningsOf,
} from '../docker/fields';
import type { DockerConnection } from '../docker/fields';
import { swarmSetup } from './setup';

const seconds = z.number().positive().max(86_400);
const path = z.string().min(1);

const { timeouts: engineTimeouts, ...engineFields } = dockerConnectionFields;

/** How a swarm is reached: its entry in cluster-backup.jsonc besides the common fields. */
export const swarmConnectionSchema = z.object({
  ...engineFields,
  engines: z
    .array(
      z.strictObject({
        node: z
          .string()
          .min(1)
          .optional()
          .describe("The node's host name; refused when the engine turns out to be another's."),
        ...engineFields,
      }),
    )
    .max(1000)
    .optional()
    .describe(
      "Engines of the cluster's other nodes: volumes lie on their node, and only its own engine gives them.",
    ),
  swarmFolder: path
    .optional()
    .describe(
      "The folder `swarm` in the data root of this machine's engine, usually /var/lib/docker/swarm: for a copy of " +
        'the Raft state while the engine is stopped.',
    ),
  timeouts: engineTimeouts
    .unwrap()
    .extend({
      drain: seconds
        .default(120)
        .describe('Mode "consistent": until the services of a volume have stopped, in seconds.'),
    })
    .prefault({})
    .describe('How long to wait for what.'),
});

export type SwarmConnection = z.infer<typeof swarmConnectionSchema>;

/** Docker Swarm, as far as it is known without talking to a cluster. */
export const swarm: SystemDefinition = {
  id: 'swarm',
  title: 'Docker Swarm',
  schema: swarmConnectionSchema,
  secretFields: [],
  pathFields: [
    ...dockerPathFields,
    ...dockerPathFields.map((field) => `engines[].${field}`),
    'swarmFolder',
  ],
  capabilities: {
    storage: 'vault',
    modes: [
      {
        id: 'live',
        title: 'Live',
        description: 'Services keep running; a file that is written meanwhile may be torn.',
      },
      {
        id: 'consistent',
        title: 'Consistent',
        description:
          'The services that mount a volume are scaled to zero while it is read, and brought back.',
      },
    ],
    format: 'swarm',
    fileEnding: SWARM_ENDING,
    parts: [
      {
        id: 'definitions',
        title: 'Definitions',
        description:
          'Services, networks, configs, nodes and the swarm’s settings; secrets without their payload.',
        byDefault: true,
      },
      {
        id: 'volumes',
        title: 'Volumes',
        description: 'Contents of the volumes on every engine that is listed.',
        byDefault: true,
      },
      {
        id: 'raft',
        title: 'Raft state (may be unreadable)',
        description:
          'The swarm folder of a manager, secrets included. Taken while the engine runs, Docker does not promise ' +
          'that it can be read again.',
        byDefault: false,
      },
    ],
    contents: {
      scopes: ['stack', 'service', 'volume', 'network', 'config', 'secret', 'node'],
      groups: [
        { id: 'nodes', title: 'Nodes' },
        { id: 'stacks', title: 'Stacks and Services' },
        { id: 'volumes', title: 'Volumes' },
      ],
      compares: [...DEFINITION_KINDS],
    },
    recovery: true,
  },
  setup: swarmSetup,
  secretBinding: (connection) => bindingOf(engineEntries(connection)[0]),
  warnings: (connection) => [...new Set(engineEntries(connection).flatMap(warningsOf))],
  load: async () => (await import('./adapter')).createSwarmAdapter,
};

/** What the engine client is told: the main engine first, then those of the further nodes. */
export function engineEntries(connection: unknown): [DockerConnection, ...DockerConnection[]] {
  const {
    engines = [],
    timeouts,
    swarmFolder: _,
    ...main
  } = swarmConnectionSchema.parse(connection);
  const { drain: __, ...limits } = timeouts;
  const entry = (fields: object) => parseDockerConnection({ ...fields, timeouts: limits });
  return [entry(main), ...engines.map(({ node: ___, ...fields }) => entry(fields))];
}
