import * as z from 'zod';
import { secretReferenceSchema } from '../../core/config/secretReference';
import type { SystemDefinition } from '../../core/ports';
import { MARATHON_ENDING } from '../../snapshots/marathon/layout';
import { dcosSetup } from './setup';

const seconds = z.number().positive().max(86_400);
const text = z.string().min(1);

/** How a DC/OS Enterprise is reached: its entry in cluster-backup.jsonc besides the common fields. */
export const dcosConnectionSchema = z.object({
  address: z
    .url({ protocol: /^https?$/ })
    .describe('Address of a master, or of the cluster: `https://dcos.example.com`.'),
  caFile: text
    .optional()
    .describe(
      'File with the CA certificates (PEM) that sign the masters’: DC/OS offers its own at `/ca/dcos-ca.crt`. Default: the system’s.',
    ),
  user: text.optional().describe('User to log in as, with `password`.'),
  password: secretReferenceSchema.optional().describe('The password of `user`.'),
  serviceAccount: text
    .optional()
    .describe('Id of a service account to log in as, with `privateKey` or `privateKeyFile`.'),
  privateKey: secretReferenceSchema
    .optional()
    .describe('The private key of `serviceAccount` (PEM).'),
  privateKeyFile: text
    .optional()
    .describe('File with the private key of `serviceAccount` (PEM), instead of `privateKey`.'),
  token: secretReferenceSchema
    .optional()
    .describe(
      'An authentication token instead of a login, e.g. what `dcos config show core.dcos_acs_token` prints. It can’t be renewed when it runs out.',
    ),
  timeouts: z
    .strictObject({
      connect: seconds.default(10).describe('To connect, TLS included, in seconds.'),
      headers: seconds.default(30).describe('Until a question is answered, in seconds.'),
      idle: seconds.default(60).describe('Longest silence in the middle of an answer, in seconds.'),
      silence: seconds
        .default(900)
        .describe(
          'How long the status of a backup or a restore may stay as it is, or may not be heard of, in seconds.',
        ),
    })
    .prefault({})
    .describe('How long to wait for what.'),
});

export type DcosConnection = z.infer<typeof dcosConnectionSchema>;

/** DC/OS Enterprise, as far as it is known without talking to a cluster. */
export const dcos: SystemDefinition = {
  id: 'dcos',
  title: 'DC/OS Enterprise',
  schema: dcosConnectionSchema,
  secretFields: ['password', 'privateKey', 'token'],
  pathFields: ['caFile', 'privateKeyFile'],
  capabilities: {
    storage: 'hosted',
    modes: [
      {
        id: 'service',
        title: 'By its backup service',
        description:
          'Marathon’s state, kept on the disk of a master. Marathon restarts; running tasks go on.',
        hosted: true,
      },
      {
        id: 'export',
        title: 'Export of Marathon’s groups, into the vault',
        description:
          'Groups, apps and pods as Marathon tells them: to look at and to compare. It is no backup, and nothing restarts.',
      },
    ],
    format: 'marathon',
    fileEnding: MARATHON_ENDING,
    exports: { title: 'Export', plural: 'Exports' },
    contents: {
      scopes: [],
      groups: [{ id: 'marathon', title: 'Marathon' }],
      compares: ['marathonGroup', 'marathonApp', 'marathonPod'],
    },
    hosted: {
      title: 'On the Master',
      fetch: false,
      restore: true,
      remove: true,
      covers: 'Only Marathon’s state: not the tasks’ data, not Mesos, not other services.',
    },
    announces: true,
  },
  setup: dcosSetup,
  labelProblem: (label) =>
    LABEL.test(label)
      ? undefined
      : 'DC/OS takes no label with "." or "-" among its first two characters.',
  secretBinding: (connection) => new URL(dcosConnectionSchema.parse(connection).address).origin,
  warnings: (connection) => {
    const { protocol, hostname } = new URL(dcosConnectionSchema.parse(connection).address);
    return protocol === 'https:' || LOCAL.test(hostname) ? [] : [IN_CLEAR];
  },
  load: async () => (await import('./adapter')).createDcosAdapter,
};

/** Of the service's description; stricter than the words beside it, which only forbid `..` at the beginning. */
const LABEL = /^[A-Za-z0-9_][A-Za-z0-9_][A-Za-z0-9_.-]*$/;
const LOCAL = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
const IN_CLEAR = 'The password and the token cross the network in clear: use https://.';
