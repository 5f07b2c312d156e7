import * as z from 'zod';
import { hostProblem, hostText, isLocal, parseHost, usesTls } from './host';

export { hostProblem } from './host';

const path = z.string().min(1);
const seconds = z.number().positive().max(86_400);

/** The fields by which an entry of cluster-backup.jsonc says which engine is meant; for the schemas of systems. */
export const dockerConnectionFields = {
  host: z
    .string()
    .min(1)
    .superRefine((text, check) => {
      const problem = hostProblem(text);
      if (problem !== undefined) check.addIssue(problem);
    })
    .optional()
    .describe(
      'Address of a Docker engine: `unix:///var/run/docker.sock`, `tcp://host:2376`, `ssh://user@host` or ' +
        '`npipe:////./pipe/docker_engine`. Default: the engine that the docker command would use.',
    ),
  context: z
    .string()
    .min(1)
    .optional()
    .describe('Name of a Docker context (`docker context ls`), instead of `host`.'),
  clientBundle: path
    .optional()
    .describe(
      'Folder with the unpacked client bundle of UCP or MKE (env.sh, ca.pem, cert.pem, key.pem), instead of `host`.',
    ),
  caFile: path
    .optional()
    .describe(
      "File with the CA certificates (PEM) that sign the engine's. Default: the system's. Goes with `host`.",
    ),
  clientCert: path
    .optional()
    .describe('File with our client certificate (PEM). Goes with `host` and `clientKey`.'),
  clientKey: path.optional().describe('File with the key of `clientCert` (PEM).'),
  tlsServerName: z
    .string()
    .min(1)
    .optional()
    .describe("Name to expect in the engine's certificate, where it is not that of the address."),
  insecureSkipVerify: z
    .boolean()
    .optional()
    .describe(
      'Takes any certificate: whoever sits in between rules the cluster and reads all that is in a backup. For trying out only.',
    ),
  timeouts: z
    .strictObject({
      connect: seconds.default(10).describe('To connect, TLS or ssh included, in seconds.'),
      headers: seconds.default(60).describe('Until an answer begins, in seconds.'),
      idle: seconds
        .default(120)
        .describe(
          'Longest silence in the middle of an answer, in seconds. There is no limit for the whole.',
        ),
    })
    .prefault({})
    .describe('How long to wait for what.'),
} as const;

const connectionSchema = z.object(dockerConnectionFields);

/** What an entry says about its engine. */
export type DockerConnection = z.infer<typeof connectionSchema>;

/** Fields that hold a path, resolved against the configuration file's folder. */
export const dockerPathFields = ['clientBundle', 'caFile', 'clientCert', 'clientKey'] as const;

export const NOT_VERIFIED =
  'The certificate of the engine is not verified (`insecureSkipVerify`): whoever sits in between rules the cluster.';
export const IN_CLEAR =
  'The engine is asked over plain TCP: whoever is on that network rules the cluster. Use TLS or ssh://.';

/** Parses the fields, whatever others stand beside them. */
export function parseDockerConnection(connection: unknown): DockerConnection {
  return connectionSchema.parse(connection);
}

/** The address a stored secret is bound to. Where the environment says which engine it is, so does the binding. */
export function bindingOf(connection: unknown): string {
  const entry = parseDockerConnection(connection);
  if (entry.host !== undefined) {
    const host = parseHost(entry.host);
    return hostText(host, usesTls(host, hasTlsFields(entry)));
  }
  if (entry.context !== undefined) return `context:${entry.context}`;
  if (entry.clientBundle !== undefined) return `bundle:${entry.clientBundle}`;
  return 'docker:default';
}

/** What is worth a warning before anything is asked of the engine. */
export function warningsOf(connection: unknown): string[] {
  const entry = parseDockerConnection(connection);
  const warnings: string[] = [];
  if (entry.insecureSkipVerify) warnings.push(NOT_VERIFIED);
  if (entry.host !== undefined) {
    const host = parseHost(entry.host);
    const inClear = host.kind === 'tcp' && !usesTls(host, hasTlsFields(entry)) && !isLocal(host);
    if (inClear) warnings.push(IN_CLEAR);
  }
  return warnings;
}

/** Whether anything of TLS is configured: then `tcp://` means TLS. */
export function hasTlsFields(entry: Partial<DockerConnection>): boolean {
  const { caFile, clientCert, clientKey, tlsServerName, insecureSkipVerify } = entry;
  return [caFile, clientCert, clientKey, tlsServerName, insecureSkipVerify].some(
    (field) => field !== undefined && field !== false,
  );
}
