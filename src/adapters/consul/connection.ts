import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import type { ConnectedCluster } from '../../core/ports';
import type { HttpSettings, TlsSettings } from '../http';
import { DEFAULT_ADDRESS, addressText, isLocal, originOf, parseAddress } from './address';
import type { ConsulAddress } from './address';
import { IN_CLEAR, NOT_VERIFIED, consulConnectionSchema } from './definition';
import type { ConsulConnection } from './definition';
import { consulErrors } from './errors';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A connection with the environment's defaults in it, before any file has been read. */
export interface ConsulTarget {
  name: string;
  address: ConsulAddress;
  tls: boolean;
  /** For people: no secret in it. */
  where: string;
  datacenter: string | undefined;
  token: string | undefined;
  tokenFile: string | undefined;
  /** `user:password`. */
  auth: string | undefined;
  caFile: string | undefined;
  caPath: string | undefined;
  clientCert: string | undefined;
  clientKey: string | undefined;
  serverName: string | undefined;
  insecureSkipVerify: boolean;
  /** Milliseconds. */
  staleLimit: number;
  /** Milliseconds. */
  timeouts: ConsulConnection['timeouts'];
}

/**
 * Fills what a cluster's entry leaves out from the environment, by the names and the rules of Consul's own tool
 * (hashicorp/consul api/api.go `defaultConfig` and `NewClient`). The entry wins.
 *
 * The environment describes one cluster, the one at CONSUL_HTTP_ADDR. Its token, its password and its leave not
 * to verify count only for an entry with that address or with none; its TLS files and names also where it
 * names no address at all.
 *
 * @throws `consul.badConnection`
 */
export function resolveTarget(cluster: ConnectedCluster, env: Environment): ConsulTarget {
  const entry = consulConnectionSchema.parse(cluster.connection);
  const text = entry.address ?? given(env['CONSUL_HTTP_ADDR']) ?? DEFAULT_ADDRESS;
  const address = parseAddress(text);
  const about = environmentIsAbout(address, entry.address, env);
  const envTls = about.tlsFiles ? env : {};
  const envSecrets = about.secrets ? env : {};
  // A scheme in the entry is explicit; one in the environment only ever adds TLS.
  const envWantsTls = bool(envSecrets['CONSUL_HTTP_SSL']) ?? false;
  const tls =
    address.kind === 'tcp' &&
    (entry.address !== undefined && address.tls !== undefined
      ? address.tls
      : (address.tls ?? false) || envWantsTls);

  const target: ConsulTarget = {
    name: cluster.name,
    address,
    tls,
    where: `Consul "${cluster.name}" at ${addressText(address, tls)}`,
    datacenter: entry.datacenter,
    token: given(cluster.secrets['token']),
    tokenFile: entry.tokenFile,
    auth: given(cluster.secrets['httpAuth']),
    caFile: entry.caFile,
    caPath: entry.caPath,
    clientCert: entry.clientCert,
    clientKey: entry.clientKey,
    serverName: withoutPort(entry.tlsServerName ?? given(envTls['CONSUL_TLS_SERVER_NAME'])),
    insecureSkipVerify:
      entry.insecureSkipVerify ?? bool(envSecrets['CONSUL_HTTP_SSL_VERIFY']) === false,
    staleLimit: entry.staleLimit * 1000,
    timeouts: milliseconds(entry.timeouts),
  };
  if (entry.token === undefined && entry.tokenFile === undefined) {
    target.token ??= given(envSecrets['CONSUL_HTTP_TOKEN']);
    target.tokenFile = given(envSecrets['CONSUL_HTTP_TOKEN_FILE']);
  }
  if (entry.httpAuth === undefined) target.auth ??= given(envSecrets['CONSUL_HTTP_AUTH']);
  if (entry.caFile === undefined && entry.caPath === undefined) {
    target.caFile = given(envTls['CONSUL_CACERT']);
    target.caPath = given(envTls['CONSUL_CAPATH']);
  }
  // A certificate and its key come from one place.
  if (entry.clientCert === undefined && entry.clientKey === undefined) {
    target.clientCert = given(envTls['CONSUL_CLIENT_CERT']);
    target.clientKey = given(envTls['CONSUL_CLIENT_KEY']);
  }
  if ((target.clientCert === undefined) !== (target.clientKey === undefined)) {
    throw consulErrors.badConnection({
      message: `${target.where} has only one of client certificate and client key.`,
      next: 'Give both of `clientCert` and `clientKey` (or CONSUL_CLIENT_CERT and CONSUL_CLIENT_KEY), or neither.',
    });
  }
  return target;
}

/**
 * Reads the files that a target names and gives what the HTTP client needs.
 *
 * @throws `consul.badConnection` when a file can't be read
 */
export async function openTarget(target: ConsulTarget): Promise<HttpSettings> {
  const token = await readToken(target);
  const headers: Record<string, string> = {};
  if (token !== undefined) headers['x-consul-token'] = token;
  if (target.auth !== undefined) {
    const pair = target.auth.includes(':') ? target.auth : `${target.auth}:`;
    headers['authorization'] = `Basic ${Buffer.from(pair).toString('base64')}`;
  }
  return {
    origin: originOf(target.address, target.tls),
    ...(target.address.kind === 'unix' ? { socketPath: target.address.socket } : {}),
    pathPrefix: target.address.prefix,
    headers,
    ...(target.tls ? { tls: await readTls(target) } : {}),
    timeouts: target.timeouts,
    where: target.where,
  };
}

/** Warnings that only the merged connection shows, e.g. where the environment turns verifying off. */
export function targetWarnings(target: ConsulTarget): string[] {
  const warnings: string[] = [];
  if (target.tls && target.insecureSkipVerify) warnings.push(NOT_VERIFIED);
  const sendsSecret = [target.token, target.tokenFile, target.auth].some((s) => s !== undefined);
  if (!target.tls && sendsSecret && !isLocal(target.address)) warnings.push(IN_CLEAR);
  return warnings;
}

function environmentIsAbout(
  address: ConsulAddress,
  configured: string | undefined,
  env: Environment,
): { secrets: boolean; tlsFiles: boolean } {
  const named = given(env['CONSUL_HTTP_ADDR']);
  if (configured === undefined) return { secrets: true, tlsFiles: true };
  const theirs = parsedOrUndefined(named ?? DEFAULT_ADDRESS);
  const same =
    theirs !== undefined && isSame(address, theirs, bool(env['CONSUL_HTTP_SSL']) ?? false);
  return { secrets: same, tlsFiles: same || named === undefined };
}

function isSame(entry: ConsulAddress, named: ConsulAddress, envTls: boolean): boolean {
  const namedTls = (named.tls ?? false) || envTls;
  return addressText(entry, entry.tls ?? namedTls) === addressText(named, namedTls);
}

function parsedOrUndefined(text: string): ConsulAddress | undefined {
  try {
    return parseAddress(text);
  } catch {
    return undefined;
  }
}

async function readToken(target: ConsulTarget): Promise<string | undefined> {
  if (target.tokenFile === undefined) return target.token;
  const fromFile = (await readText(target, target.tokenFile, 'The token file')).trim();
  return fromFile === '' ? target.token : fromFile;
}

async function readTls(target: ConsulTarget): Promise<TlsSettings> {
  const settings: TlsSettings = { rejectUnauthorized: !target.insecureSkipVerify };
  if (target.caFile !== undefined) {
    settings.ca = [await readText(target, target.caFile, 'The CA file')];
  } else if (target.caPath !== undefined) {
    settings.ca = await readFolder(target, target.caPath);
  }
  if (target.clientCert !== undefined && target.clientKey !== undefined) {
    settings.cert = await readText(target, target.clientCert, 'The client certificate');
    settings.key = await readText(target, target.clientKey, 'The client key');
  }
  if (target.serverName !== undefined) settings.servername = target.serverName;
  try {
    createSecureContext(settings);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw consulErrors.badConnection({
      message: `OpenSSL does not take the certificates or the key of ${target.where} (${why}).`,
      next: 'Check that `caFile`, `clientCert` and `clientKey` are PEM files, and that key and certificate belong together.',
      cause,
    });
  }
  return settings;
}

async function readFolder(target: ConsulTarget, folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(
    (error: unknown) => {
      throw unreadable(target, 'The CA folder', folder, error);
    },
  );
  const files = entries.filter((entry) => !entry.isDirectory());
  const texts = await Promise.all(
    files.map((file) => readText(target, join(file.parentPath, file.name), 'The CA file')),
  );
  const certificates = texts.filter((text) => text.includes('-----BEGIN CERTIFICATE-----'));
  if (certificates.length === 0) {
    throw consulErrors.badConnection({
      message: `The CA folder ${folder} of ${target.where} has no certificate in it.`,
    });
  }
  return certificates;
}

async function readText(target: ConsulTarget, file: string, what: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw unreadable(target, what, file, error);
  });
}

function unreadable(target: ConsulTarget, what: string, path: string, cause: unknown) {
  const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
  return consulErrors.badConnection({
    message: `${what} ${path} of ${target.where} can't be read (${code}).`,
    cause,
  });
}

/** As Go's strconv.ParseBool; anything else is as if it were not set. */
function bool(text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined;
  if (/^(1|t|T|TRUE|true|True)$/.test(text)) return true;
  if (/^(0|f|F|FALSE|false|False)$/.test(text)) return false;
  return undefined;
}

function given(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

function withoutPort(name: string | undefined): string | undefined {
  return name?.replace(/:\d+$/, '');
}

function milliseconds(timeouts: ConsulConnection['timeouts']): ConsulConnection['timeouts'] {
  const { connect, headers, prepare, idle, apply } = timeouts;
  return {
    connect: connect * 1000,
    headers: headers * 1000,
    prepare: prepare * 1000,
    idle: idle * 1000,
    apply: apply * 1000,
  };
}
