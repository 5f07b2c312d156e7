import * as z from 'zod';
import { secretReferenceSchema } from '../../core/config/secretReference';
import type { SystemDefinition } from '../../core/ports';
import { upsunSetup } from './setup';

const seconds = z.number().positive().max(86_400);
const text = z.string().min(1);
const address = z.url({ protocol: /^https?$/ });

/** How a project on Upsun is reached: its entry in cluster-backup.jsonc besides the common fields. */
export const upsunConnectionSchema = z.object({
  token: secretReferenceSchema.describe(
    'API token, as a reference, e.g. `{"env": "UPSUN_CLI_TOKEN"}`.',
  ),
  organization: text.optional().describe('Organisation the project belongs to, by its id.'),
  project: text.describe('Id of the project.'),
  environments: z
    .array(text)
    .min(1)
    .max(1000)
    .optional()
    .describe('Environments to show, by their ids. Default: all of the project.'),
  apiAddress: address
    .default('https://api.upsun.com')
    .describe('Address of the API; `https://api.platform.sh` for Platform.sh.'),
  authAddress: address
    .default('https://auth.upsun.com')
    .describe('Where the API token is exchanged for access tokens.'),
  caFile: text
    .optional()
    .describe(
      'File with the CA certificates (PEM) that sign the platform’s, e.g. of a proxy in between. Default: the system’s.',
    ),
  parallel: z
    .number()
    .int()
    .min(1)
    .max(32)
    .default(6)
    .describe('How many environments are asked for their backups at the same time.'),
  timeouts: z
    .strictObject({
      connect: seconds.default(10).describe('To connect, TLS included, in seconds.'),
      headers: seconds.default(30).describe('Until a question is answered, in seconds.'),
      idle: seconds.default(60).describe('Longest silence in the middle of an answer, in seconds.'),
      silence: seconds
        .default(1800)
        .describe('How long an activity may stay as it is, or may not be heard of, in seconds.'),
    })
    .prefault({})
    .describe('How long to wait for what.'),
});

export type UpsunConnection = z.infer<typeof upsunConnectionSchema>;

/** Upsun and Platform.sh, as far as they are known without talking to them: a cluster is a project. */
export const upsun: SystemDefinition = {
  id: 'upsun',
  title: 'Upsun / Platform.sh',
  schema: upsunConnectionSchema,
  secretFields: ['token'],
  pathFields: ['caFile'],
  capabilities: {
    storage: 'hosted',
    modes: [
      {
        id: 'consistent',
        title: 'Consistent',
        description: 'The site is paused for 15 to 30 seconds: requests are held, none is lost.',
        hosted: true,
        unlabelled: true,
      },
      {
        id: 'live',
        title: 'Live',
        description: 'Nothing is paused; what is written meanwhile may be in it by half.',
        hosted: true,
        unlabelled: true,
      },
    ],
    contents: {
      scopes: [],
      groups: [{ id: 'environments', title: 'Environments' }],
      compares: [],
    },
    hosted: {
      title: 'On the Platform',
      fetch: false,
      restore: true,
      remove: true,
      group: 'Environment',
      covers: 'Code, data and, unless left out, resources of one environment. Git does not change.',
    },
    retention: true,
    announces: true,
    takenOn: { kind: 'environment', title: 'Environment', modes: ['consistent', 'live'] },
  },
  setup: upsunSetup,
  // Whoever gives out access tokens gets the API token; the API gets only what it gave out.
  secretBinding: (connection) => {
    const { authAddress, apiAddress } = upsunConnectionSchema.parse(connection);
    const [auth, api] = [new URL(authAddress).origin, new URL(apiAddress).origin];
    return auth === api ? api : `${api} and ${auth}`;
  },
  warnings: (connection) => {
    const { authAddress, apiAddress } = upsunConnectionSchema.parse(connection);
    const isClear = [authAddress, apiAddress].some((given) => {
      const { protocol, hostname } = new URL(given);
      return protocol !== 'https:' && !LOCAL.test(hostname);
    });
    return isClear ? [IN_CLEAR] : [];
  },
  load: async () => (await import('./adapter')).createUpsunAdapter,
};

const LOCAL = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
const IN_CLEAR = 'The API token crosses the network in clear: use https://.';
