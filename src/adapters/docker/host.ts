import { dockerErrors } from './errors';

/** Where an engine listens, taken apart. */
export type EngineHost =
  /** A unix socket, or a named pipe of Windows. */
  | { kind: 'socket'; path: string }
  /** `tls` is undefined where the address does not say. */
  | { kind: 'tcp'; host: string; port: number | undefined; tls: boolean | undefined }
  /** `socket` is the one over there, where it is not the usual one. */
  | {
      kind: 'ssh';
      host: string;
      user: string | undefined;
      port: number | undefined;
      socket: string | undefined;
    };

const TLS_PORT = 2376;
const PLAIN_PORT = 2375;
// What begins with a hyphen would be an option for ssh; what is left can be no option and no shell word.
const SSH_HOST = /^(?!-)[A-Za-z0-9._-]+$|^\[?[0-9A-Fa-f:.]+(%[A-Za-z0-9]+)?\]?$/;
const SSH_USER = /^(?!-)[A-Za-z0-9._@+-]+$/;
const SSH_SOCKET = /^\/[A-Za-z0-9._/+-]+$/;

/**
 * Takes an address apart by the forms that Docker's command line knows (docker/cli opts/hosts.go): `unix:///path`,
 * `npipe:////./pipe/name`, `tcp://host:port`, `ssh://user@host:port`; also `http://`, `https://` and an absolute path.
 *
 * @throws `docker.badConnection` for anything else
 */
export function parseHost(text: string): EngineHost {
  const trimmed = text.trim();
  if (trimmed.startsWith('/')) return { kind: 'socket', path: trimmed };
  const [, scheme = 'tcp', rest = ''] =
    /^(?:([A-Za-z][A-Za-z0-9+.-]*):\/\/)?(.*)$/s.exec(trimmed) ?? [];
  switch (scheme.toLowerCase()) {
    case 'unix':
      if (!rest.startsWith('/')) throw bad('the path of a socket is absolute: unix:///path');
      return { kind: 'socket', path: rest };
    case 'npipe':
      if (!/^[/\\]{2}[^/\\]+[/\\]pipe[/\\]./i.test(rest)) {
        throw bad('a named pipe is written npipe:////./pipe/docker_engine');
      }
      return { kind: 'socket', path: rest };
    case 'tcp':
      return tcp(rest, undefined);
    case 'http':
      return tcp(rest, false);
    case 'https':
      return tcp(rest, true);
    case 'ssh':
      return ssh(rest);
    default:
      throw bad('it begins with none of unix://, tcp://, ssh://, npipe://, https:// and http://');
  }
}

/** What is wrong with an address, or undefined; said as one types. */
export function hostProblem(text: string): string | undefined {
  try {
    parseHost(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Whether the address is spoken to by TLS; `files` says whether anything of TLS was configured for it. */
export function usesTls(host: EngineHost, files: boolean): boolean {
  return host.kind === 'tcp' && (host.tls ?? (files || host.port === TLS_PORT));
}

/** The port, where the address leaves it out the usual one. */
export function portOf(host: EngineHost & { kind: 'tcp' }, tls: boolean): number {
  if (host.port !== undefined) return host.port;
  if (host.tls !== undefined) return host.tls ? 443 : 80;
  return tls ? TLS_PORT : PLAIN_PORT;
}

/** The address for people, and for what a secret is bound to. */
export function hostText(host: EngineHost, tls: boolean): string {
  switch (host.kind) {
    case 'socket':
      return /^[/\\]{2}/.test(host.path) ? `npipe://${host.path}` : `unix://${host.path}`;
    case 'tcp':
      return `tcp://${host.host}:${portOf(host, tls)}`;
    case 'ssh':
      return `ssh://${host.user === undefined ? '' : `${host.user}@`}${host.host}${
        host.port === undefined ? '' : `:${host.port}`
      }${host.socket ?? ''}`;
  }
}

/** Whether what is sent there stays on this machine. */
export function isLocal(host: EngineHost): boolean {
  if (host.kind !== 'tcp') return host.kind === 'socket';
  return /^(localhost|\[::1\]|127(\.\d+){3})$/i.test(host.host);
}

function tcp(rest: string, tls: boolean | undefined): EngineHost {
  if (!URL.canParse(`http://${rest}`)) throw bad('it is no host with a port');
  const url = new URL(`http://${rest}`);
  // Not shown: it may hold a password.
  if (url.username !== '' || url.password !== '') throw bad('it holds a user or a password');
  if (url.search !== '' || url.hash !== '' || url.pathname.replace('/', '') !== '') {
    throw bad('it has more than host and port');
  }
  if (url.hostname === '') throw bad('it names no host');
  return { kind: 'tcp', host: url.hostname, port: givenPort(rest), tls };
}

function ssh(rest: string): EngineHost {
  const [, user, host = '', portText, path = ''] =
    /^(?:([^@/]*)@)?(\[[^\]/]*\]|[^:/]*)(?::(\d*))?(\/.*)?$/s.exec(rest) ?? [];
  if (host === '') throw bad('it names no host');
  if (user?.includes(':')) throw bad('ssh is never given a password: use a key');
  if (!SSH_HOST.test(host) || (user !== undefined && !SSH_USER.test(user))) {
    throw bad('host or user has characters that they can not have');
  }
  const port = portText === undefined || portText === '' ? undefined : Number(portText);
  if (port !== undefined && (port < 1 || port > 65_535)) throw bad('there is no such port');
  const socket = path === '' || path === '/' ? undefined : path;
  if (socket !== undefined && !SSH_SOCKET.test(socket)) {
    throw bad('the path of the socket over there has characters that it can not have');
  }
  return { kind: 'ssh', host: host.replace(/^\[|\]$/g, ''), user, port, socket };
}

// URL drops a port that is the scheme's own; here 80 may be meant for TLS.
function givenPort(rest: string): number | undefined {
  const port = /:(\d+)\/?$/.exec(rest)?.[1];
  return port === undefined ? undefined : Number(port);
}

// The address itself is not shown: it may hold a password.
function bad(why: string) {
  return dockerErrors.badConnection({ message: `The engine's address can't be used: ${why}.` });
}
