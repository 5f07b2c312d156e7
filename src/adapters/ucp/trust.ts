import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { extract } from 'tar-stream';
import * as z from 'zod';
import type { RunContext } from '../../core/ports';
import type { DockerEngine } from '../docker/engine';
import type { NodeEngine } from '../swarm/connections';
import { ucpErrors } from './errors';

const CONTROLLER = 'ucp-controller';
const VOLUME = 'ucp-controller-server-certs';
/** A file of certificates is far smaller. */
const MAX_BYTES = 256 << 10;

const controllerSchema = z.looseObject({
  Mounts: z.array(z.looseObject({ Name: z.string().nullish(), Destination: z.string() })).nullish(),
});
const swarmSchema = z.looseObject({
  TLSInfo: z.looseObject({ TrustRoot: z.string().nullish() }).nullish(),
});

/**
 * The authorities by which the controllers are known, from what is trusted already: the entry's `apiCaFile`, the backup,
 * and the engine, over whose own connection come the file beside the controller's certificate and the swarm's root.
 *
 * @param facts `SnapshotReport.facts` of the backup
 * @returns PEM
 * @throws `ucp.badCaFile`
 */
export async function authorities(
  { apiCaFile, members, facts }: AuthoritySources,
  context: Pick<RunContext, 'signal'>,
): Promise<string[]> {
  const ofEntry = apiCaFile === undefined ? undefined : await caFile(apiCaFile);
  const ca = facts?.['ca'];
  const ofBackup = Array.isArray(ca) ? ca.map(String) : [];
  // Not every manager has a controller.
  const told = await Promise.all(
    members.flatMap(({ engine }) => [
      besideController(engine, context).catch(() => undefined),
      swarmRoot(engine, context).catch(() => undefined),
    ]),
  );
  context.signal.throwIfAborted();
  const all = [ofEntry, ...ofBackup, ...told].filter(
    (pem): pem is string => pem?.includes('-----BEGIN CERTIFICATE-----') === true,
  );
  return [...new Set(all)];
}

export interface AuthoritySources {
  /** Of the entry. It may be that of a balancer before the API, so the others count besides. */
  apiCaFile: string | undefined;
  /** Engines of the swarm's nodes. */
  members: readonly Pick<NodeEngine, 'engine'>[];
  facts?: Readonly<Record<string, unknown>>;
}

async function caFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw ucpErrors.badCaFile({ message: `The file ${path} (apiCaFile) can't be read.`, cause });
  }
}

/** What lies beside the certificate of the controller, read through the engine as the volume is mounted. */
async function besideController(
  engine: DockerEngine,
  { signal }: Pick<RunContext, 'signal'>,
): Promise<string | undefined> {
  const { Mounts } = await engine.json(
    `/containers/${CONTROLLER}/json`,
    { purpose: 'look at the controller', signal },
    controllerSchema,
  );
  const mount = (Mounts ?? []).find(({ Name }) => Name === VOLUME);
  if (mount === undefined) return undefined;
  const { body } = await engine.stream(`/containers/${CONTROLLER}/archive`, {
    query: { path: `${mount.Destination}/ca.pem` },
    purpose: 'read the authority of the controller',
    signal,
  });
  return firstFile(body);
}

async function swarmRoot(
  engine: DockerEngine,
  { signal }: Pick<RunContext, 'signal'>,
): Promise<string | undefined> {
  const purpose = 'describe its swarm';
  const { TLSInfo } = await engine.json('/swarm', { purpose, signal, timeout: 25 }, swarmSchema);
  return TLSInfo?.TrustRoot ?? undefined;
}

async function firstFile(stream: Readable): Promise<string | undefined> {
  const entries = extract();
  stream.on('error', (error) => entries.destroy(error)).pipe(entries);
  try {
    for await (const entry of entries) {
      const { type, size } = entry.header;
      return type === 'file' && size <= MAX_BYTES
        ? (await buffer(entry)).toString('utf8')
        : undefined;
    }
    return undefined;
  } finally {
    stream.destroy();
  }
}
