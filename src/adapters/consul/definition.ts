import * as z from 'zod';
import { secretReferenceSchema } from '../../core/config/secretReference';
import type { SystemDefinition } from '../../core/ports';
import { addressProblem, addressText, isLocal, parseAddress } from './address';
import { consulSetup } from './setup';

const seconds = z.number().positive().max(86_400);
const path = z.string().min(1);

/** How a Consul cluster is reached: its entry in cluster-backup.jsonc besides the common fields. */
export const consulConnectionSchema = z.object({
  address: z
    .string()
    .min(1)
    .superRefine((text, check) => {
      const problem = addressProblem(text);
      if (problem !== undefined) check.addIssue(problem);
    })
    .optional()
    .describe(
      'Address of a Consul agent: `https://host:8501`, `http://host:8500`, `host:8500` or `unix:///path`. ' +
        'A path after the host is put before every request. ' +
        'Default: CONSUL_HTTP_ADDR of the environment, else 127.0.0.1:8500.',
    ),
  datacenter: z
    .string()
    .min(1)
    .optional()
    .describe('Datacenter to back up. Default: the one of the agent.'),
  token: secretReferenceSchema
    .optional()
    .describe(
      'ACL token with acl = "write", as a reference. Default: CONSUL_HTTP_TOKEN of the environment, ' +
        'if the environment speaks of this address.',
    ),
  tokenFile: path.optional().describe('File with the ACL token; wins over `token` unless empty.'),
  httpAuth: secretReferenceSchema
    .optional()
    .describe('`user:password` for HTTP basic authentication at a proxy, as a reference.'),
  caFile: path
    .optional()
    .describe("File with the CA certificates (PEM) that sign the server's. Default: the system's."),
  caPath: path.optional().describe('Folder with CA certificates (PEM); `caFile` wins over it.'),
  clientCert: path
    .optional()
    .describe(
      "File with our client certificate (PEM), where the server's `verify_incoming` asks for one.",
    ),
  clientKey: path.optional().describe('File with the key of `clientCert` (PEM).'),
  tlsServerName: z
    .string()
    .min(1)
    .optional()
    .describe("Name to expect in the server's certificate, e.g. `server.dc1.consul`."),
  insecureSkipVerify: z
    .boolean()
    .optional()
    .describe(
      'Takes any certificate: whoever sits in between can read the token and all that is in a backup. For trying out only.',
    ),
  staleLimit: seconds
    .default(300)
    .describe(
      'Mode "stale": how long the answering server may not have heard from the leader, in seconds. ' +
        'The default lets a backup be made while an election fails, and refuses a server that was cut off long ago.',
    ),
  timeouts: z
    .strictObject({
      connect: seconds.default(10).describe('To connect, TLS included, in seconds.'),
      headers: seconds.default(30).describe('Until a small question is answered, in seconds.'),
      prepare: seconds
        .default(600)
        .describe('Until the cluster has made its snapshot and begins to send it, in seconds.'),
      idle: seconds
        .default(60)
        .describe(
          'Longest silence in the middle of an answer, in seconds. There is no limit for the whole.',
        ),
      apply: seconds
        .default(3600)
        .describe('Until the cluster has applied a restored snapshot, in seconds.'),
    })
    .prefault({})
    .describe('How long to wait for what.'),
});

export type ConsulConnection = z.infer<typeof consulConnectionSchema>;

/** HashiCorp Consul, as far as it is known without talking to a cluster. */
export const consul: SystemDefinition = {
  id: 'consul',
  title: 'HashiCorp Consul',
  schema: consulConnectionSchema,
  secretFields: ['token', 'httpAuth'],
  secretVariables: ['CONSUL_HTTP_TOKEN', 'CONSUL_HTTP_AUTH'],
  pathFields: ['tokenFile', 'caFile', 'caPath', 'clientCert', 'clientKey'],
  capabilities: {
    storage: 'vault',
    modes: [
      {
        id: 'consistent',
        title: 'Consistent',
        description: 'From the leader, with all that was written before. Needs a healthy cluster.',
      },
      {
        id: 'stale',
        title: 'Stale',
        description: 'From any server, also without a leader. May lack the last writes.',
      },
    ],
    format: 'consul',
    fileEnding: '.snap',
  },
  setup: consulSetup,
  secretBinding(connection) {
    const { address, insecureSkipVerify } = consulConnectionSchema.parse(connection);
    // Without an address the person's own environment says where to go; no file can.
    const where = address === undefined ? 'the address in CONSUL_HTTP_ADDR' : normalised(address);
    return insecureSkipVerify ? `${where} (certificate not verified)` : where;
  },
  warnings(connection) {
    const { address, token, tokenFile, httpAuth, insecureSkipVerify } =
      consulConnectionSchema.parse(connection);
    const warnings: string[] = [];
    if (insecureSkipVerify) warnings.push(NOT_VERIFIED);
    const sendsSecret = token !== undefined || tokenFile !== undefined || httpAuth !== undefined;
    if (address !== undefined && sendsSecret && isPlain(address)) warnings.push(IN_CLEAR);
    return warnings;
  },
  load: async () => (await import('./adapter')).createConsulAdapter,
};

export const NOT_VERIFIED =
  "The server's certificate is not verified: anyone in between can read the token and the backups.";
export const IN_CLEAR =
  'The token and the backups cross the network in clear: use https:// or an address on this machine.';

function normalised(address: string): string {
  const parsed = parseAddress(address);
  return addressText(parsed, parsed.tls ?? false);
}

function isPlain(address: string): boolean {
  const parsed = parseAddress(address);
  return parsed.tls !== true && !isLocal(parsed);
}
