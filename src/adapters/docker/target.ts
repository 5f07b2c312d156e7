import { access, constants, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { TlsSettings } from '../http';
import { readBundleHost } from './bundle';
import { currentContext, readContext } from './contexts';
import { dockerErrors } from './errors';
import { type DockerConnection, IN_CLEAR, NOT_VERIFIED, hasTlsFields } from './fields';
import { type EngineHost, hostText, isLocal, parseHost, usesTls } from './host';
import { type TlsFiles, readTls, tlsFilesIn } from './tlsFiles';

export type Environment = Readonly<Record<string, string | undefined>>;

/** One engine, and how it is reached. Holds a key: never logged. */
export interface EngineTarget {
  /** For people: `unix:///var/run/docker.sock`, `tcp://10.0.0.5:2376`, `ssh://ops@node1`. */
  where: string;
  /** What said so, for people: `the entry's host`, `the context "prod"`, `DOCKER_HOST`. */
  from: string;
  host: EngineHost;
  tls: TlsSettings | undefined;
  /** Milliseconds. */
  timeouts: { connect: number; headers: number; idle: number };
  /** What is worth a warning and shows only now, e.g. a context that is not encrypted. */
  warnings: string[];
}

/** Where to look; left out: this system. For tests. */
export interface Places {
  sockets?: readonly string[];
}

interface Meant {
  from: string;
  host: EngineHost;
  files: TlsFiles;
  /** Encrypted whatever the address says. */
  tls?: boolean;
}

/**
 * Says which engine an entry means, in the order of Docker's own command line (docker/cli cli/command/cli.go
 * `resolveContextName`): what the entry names, then DOCKER_HOST, DOCKER_CONTEXT, the current context, and the sockets
 * at which an engine listens by default. Address and certificates always come from one and the same of these.
 *
 * @throws `docker.badConnection`, `docker.badContext`, `docker.badBundle`, `docker.noSocket`
 */
export async function resolveTarget(
  entry: DockerConnection,
  env: Environment,
  places: Places = {},
): Promise<EngineTarget> {
  refuseContradictions(entry);
  const meant = await find(entry, env, places);
  const { host, from } = meant;
  const files = { ...meant.files };
  const skip = entry.insecureSkipVerify === true;
  const configured = Object.values(files).some((file) => file !== undefined);
  const ownTls = hasTlsFields(entry);
  const tls = host.kind === 'tcp' && (meant.tls === true || usesTls(host, configured || ownTls));
  const where = hostText(host, tls);
  if (!tls && ownTls) {
    throw dockerErrors.badConnection({
      message: `TLS is configured for the engine at ${where}, which is not spoken to by TLS.`,
      next: 'Leave the TLS fields out, or give an address that begins with tcp:// or https://.',
    });
  }
  return {
    where,
    from,
    host,
    tls: tls
      ? await readTls(`the engine at ${where}`, files, entry.tlsServerName, skip)
      : undefined,
    timeouts: {
      connect: entry.timeouts.connect * 1000,
      headers: entry.timeouts.headers * 1000,
      idle: entry.timeouts.idle * 1000,
    },
    warnings: [
      ...(tls && skip ? [NOT_VERIFIED] : []),
      ...(host.kind === 'tcp' && !tls && !isLocal(host) ? [IN_CLEAR] : []),
    ],
  };
}

function refuseContradictions(entry: DockerConnection): void {
  const named = (['host', 'context', 'clientBundle'] as const).filter(
    (f) => entry[f] !== undefined,
  );
  if (named.length > 1) {
    throw dockerErrors.badConnection({
      message: `The engine's entry has ${named.join(' and ')}: each of them names an engine.`,
      next: 'Keep one of them.',
    });
  }
  if ((entry.clientCert === undefined) !== (entry.clientKey === undefined)) {
    throw dockerErrors.badConnection({
      message: "The engine's entry has only one of `clientCert` and `clientKey`.",
      next: 'Give both, or neither.',
    });
  }
  const files = [entry.caFile, entry.clientCert].some((file) => file !== undefined);
  if (files && entry.host === undefined) {
    throw dockerErrors.badConnection({
      message: "The engine's entry has certificates but no `host` that they are for.",
      next: 'Give `host`. A context and a client bundle bring certificates of their own.',
    });
  }
  if (hasTlsFields(entry) && named.length === 0) {
    throw dockerErrors.badConnection({
      message: "The engine's entry says how TLS is spoken, but not with which engine.",
      next: 'Give `host`, `context` or `clientBundle`; what the environment names is used as the environment says.',
    });
  }
}

async function find(entry: DockerConnection, env: Environment, places: Places): Promise<Meant> {
  if (entry.host !== undefined) {
    const { caFile, clientCert, clientKey } = entry;
    const files = { ca: caFile, cert: clientCert, key: clientKey };
    return { from: "the entry's `host`", host: parseHost(entry.host), files };
  }
  const { clientBundle } = entry;
  if (clientBundle !== undefined) {
    const host = parseHost(await readBundleHost(clientBundle));
    const files = await tlsFilesIn(clientBundle);
    return { from: `the client bundle ${clientBundle}`, host, files, tls: true };
  }
  const config = configFolder(env);
  if (entry.context !== undefined && entry.context !== 'default') {
    return fromContext(config, entry.context);
  }
  const named = given(env['DOCKER_HOST']);
  if (named !== undefined) return fromEnvironment(named, config, env);
  // Docker's own `default` is what is there without a context.
  const context =
    entry.context ?? given(env['DOCKER_CONTEXT']) ?? (await currentContext(config)) ?? 'default';
  if (context !== 'default') return fromContext(config, context);
  const path = await findSocket(places.sockets ?? usualSockets(env));
  return { from: 'the usual places', host: { kind: 'socket', path }, files: {} };
}

async function fromContext(config: string, name: string): Promise<Meant> {
  const context = await readContext(config, name);
  const files = context.tlsFolder === undefined ? {} : await tlsFilesIn(context.tlsFolder);
  return { from: `the Docker context "${name}"`, host: parseHost(context.host), files };
}

async function fromEnvironment(text: string, config: string, env: Environment): Promise<Meant> {
  const host = parseHost(text);
  const wanted =
    given(env['DOCKER_TLS_VERIFY']) !== undefined || given(env['DOCKER_TLS']) !== undefined;
  const tls = host.kind === 'tcp' && (wanted || usesTls(host, false));
  const folder = given(env['DOCKER_CERT_PATH']) ?? config;
  return { from: 'DOCKER_HOST', host, files: tls ? await tlsFilesIn(folder) : {}, tls };
}

function configFolder(env: Environment): string {
  return given(env['DOCKER_CONFIG']) ?? join(home(env), '.docker');
}

function home(env: Environment): string {
  return given(env[process.platform === 'win32' ? 'USERPROFILE' : 'HOME']) ?? homedir();
}

/** Where an engine listens by default: the system's, a rootless one, Docker Desktop's. */
export function usualSockets(env: Environment): string[] {
  if (process.platform === 'win32') {
    return ['//./pipe/docker_engine', '//./pipe/dockerDesktopLinuxEngine'];
  }
  const runtime = given(env['XDG_RUNTIME_DIR']);
  return [
    '/var/run/docker.sock',
    ...(runtime === undefined ? [] : [join(runtime, 'docker.sock')]),
    join(home(env), '.docker', 'run', 'docker.sock'),
    join(home(env), '.docker', 'desktop', 'docker.sock'),
  ];
}

// One that this user may open comes before one that is only there: beside the system's there may be a rootless engine.
async function findSocket(sockets: readonly string[]): Promise<string> {
  const check = (probe: (path: string) => Promise<unknown>) => (path: string) =>
    probe(path).then(
      () => path,
      () => undefined,
    );
  for (const probe of [check((path) => access(path, constants.W_OK)), check(stat)]) {
    for (const socket of sockets) {
      const found = await probe(socket);
      if (found !== undefined) return found;
    }
  }
  throw dockerErrors.noSocket({
    message: `No Docker engine is named, and none listens at ${sockets.join(', ')}.`,
  });
}

function given(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
