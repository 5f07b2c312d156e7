import * as z from 'zod';
import { secretReferenceSchema } from '../../core/config/secretReference';
import type { SystemDefinition } from '../../core/ports';
import { UCP_ENDING } from '../../snapshots/ucp/layout';
import {
  bindingOf,
  dockerConnectionFields,
  dockerPathFields,
  parseDockerConnection,
  warningsOf,
} from '../docker/fields';
import type { DockerConnection } from '../docker/fields';
import { ucpSetup } from './setup';

const seconds = z.number().positive().max(86_400);
const text = z.string().min(1);

const { timeouts: engineTimeouts, ...engineFields } = dockerConnectionFields;

/** How UCP or MKE is reached: its entry in cluster-backup.jsonc besides the common fields. */
export const ucpConnectionSchema = z.object({
  ...engineFields,
  engines: z
    .array(
      z.strictObject({
        node: text
          .optional()
          .describe("The manager's host name; refused when the engine turns out to be another's."),
        ...engineFields,
      }),
    )
    .max(1000)
    .optional()
    .describe('Engines of the other managers: one of them can then take the backup.'),
  image: text
    .optional()
    .describe(
      'Repository of the product’s image, where it is not `docker/ucp` or `mirantis/ucp`. The tag is the version.',
    ),
  encryptedBy: z
    .enum(['us', 'product'])
    .default('us')
    .describe(
      '`us`: encrypted after the stream has left the container. `product`: by its own `--passphrase`, which stands in ' +
        'the command line of the container while it runs, where `docker inspect` shows it.',
    ),
  apiAddress: z
    .url({ protocol: /^https$/ })
    .optional()
    .describe('Address of the product’s HTTP API, from 3.2 on: `https://ucp.example.com`.'),
  apiUser: text
    .optional()
    .describe('Administrator to log in as. Without one the client bundle’s certificate is used.'),
  apiPassword: secretReferenceSchema.optional().describe('The password of `apiUser`.'),
  apiCaFile: text
    .optional()
    .describe(
      'File with the CA certificates (PEM) that sign the controller’s. Default: those of the client bundle, else the system’s.',
    ),
  apiFolder: text
    .optional()
    .describe(
      'Folder on the managers that takes backups made over the HTTP API. `nobody:nogroup` must be able to write to it.',
    ),
  timeouts: engineTimeouts
    .unwrap()
    .extend({
      silence: seconds
        .default(900)
        .describe(
          'Longest time in which the product’s container says and gives nothing, in seconds.',
        ),
      uninstall: seconds.default(600).describe('Until `uninstall-ucp` is given up, in seconds.'),
      healthy: seconds
        .default(900)
        .describe('Until every manager has to be healthy after a restore, in seconds.'),
    })
    .prefault({})
    .describe('How long to wait for what.'),
});

export type UcpConnection = z.infer<typeof ucpConnectionSchema>;

/** Docker UCP and Mirantis MKE, as far as they are known without talking to a cluster. */
export const ucp: SystemDefinition = {
  id: 'ucp',
  title: 'Docker UCP / MKE',
  schema: ucpConnectionSchema,
  secretFields: ['apiPassword'],
  pathFields: [
    ...dockerPathFields,
    ...dockerPathFields.map((field) => `engines[].${field}`),
    'apiCaFile',
  ],
  capabilities: {
    storage: 'vault',
    modes: [
      {
        id: 'container',
        title: 'By its own container',
        description: 'The product’s backup runs on a manager and streams into the vault.',
      },
      {
        id: 'api',
        title: 'Over its HTTP API (3.2 and newer)',
        description: 'The product writes the backup to a manager’s disk, where it stays.',
        hosted: true,
      },
    ],
    format: 'ucp',
    looseEndings: ['.tar', ''],
    fileEnding: UCP_ENDING,
    contents: {
      scopes: [],
      groups: [{ id: 'managers', title: 'Managers' }],
      compares: [],
    },
    recovery: true,
    hosted: { title: 'On the Managers', fetch: true },
    seals: true,
    announces: true,
    takenOn: { kind: 'manager', title: 'Manager', equal: true },
  },
  setup: ucpSetup,
  // The only secret is the password, and it goes to the API alone.
  secretBinding: (connection) => {
    const { apiAddress } = ucpConnectionSchema.parse(connection);
    return apiAddress === undefined
      ? bindingOf(engineEntries(connection)[0])
      : new URL(apiAddress).origin;
  },
  warnings: (connection) => [...new Set(engineEntries(connection).flatMap(warningsOf))],
  companion: (connection) => ({
    system: 'swarm',
    title: 'Back Up the Swarm Too',
    fields: companionFields(connection),
  }),
  load: async () => (await import('./adapter')).createUcpAdapter,
};

/** What the engine client is told: the main engine first, then those of the other managers. */
export function engineEntries(connection: unknown): [DockerConnection, ...DockerConnection[]] {
  const { engines = [], timeouts, ...main } = ucpConnectionSchema.parse(connection);
  const { connect, headers, idle } = timeouts;
  const entry = (fields: object) =>
    parseDockerConnection({ ...fields, timeouts: { connect, headers, idle } });
  return [entry(main), ...engines.map(({ node: _, ...fields }) => entry(fields))];
}

/** The entry of a swarm at the same engines. */
function companionFields(connection: unknown): Record<string, unknown> {
  const { engines, ...rest } = ucpConnectionSchema.parse(connection);
  const main = Object.entries(rest).filter(([field]) => field in engineFields);
  return { ...Object.fromEntries(main), ...(engines === undefined ? {} : { engines }) };
}
