import { consulErrors } from './errors';

/** Where Consul's own tool looks when it is told nothing. */
export const DEFAULT_ADDRESS = '127.0.0.1:8500';

/** An address of a Consul agent, taken apart. */
export interface ConsulAddress {
  kind: 'tcp' | 'unix';
  /** True for `https://`, false for `http://`, undefined where the address does not say. */
  tls: boolean | undefined;
  /** Host and port as in a URL; empty for a socket. */
  host: string;
  /** Path of the socket. */
  socket: string;
  /** Starts with a slash and does not end with one; or empty. */
  prefix: string;
}

/**
 * Takes an address apart as hashicorp/consul api/api.go `NewClient` does: `http://`, `https://`,
 * `unix:///path` or `host:port`; a path becomes a prefix.
 *
 * @throws `consul.badConnection` for anything else
 */
export function parseAddress(text: string): ConsulAddress {
  const [, given, rest = ''] = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/(.*)$/s.exec(text.trim()) ?? [];
  const scheme = given?.toLowerCase();
  if (scheme === 'unix') {
    if (!rest.startsWith('/')) throw bad(text, 'the path of a socket is absolute: unix:///path');
    return { kind: 'unix', tls: undefined, host: '', socket: rest, prefix: '' };
  }
  if (scheme !== undefined && scheme !== 'http' && scheme !== 'https') {
    throw bad(text, `"${scheme}://" is not one of http://, https:// and unix://`);
  }
  const bare = scheme === undefined ? text.trim() : rest;
  if (!URL.canParse(`http://${bare}`)) throw bad(text, 'it is no host with a port');
  const url = new URL(`http://${bare}`);
  // Not shown: it may hold a password.
  if (url.username !== '' || url.password !== '') {
    throw bad(undefined, 'user and password go to `httpAuth`, as a reference');
  }
  if (url.search !== '' || url.hash !== '') throw bad(text, 'it has more than host and path');
  return {
    kind: 'tcp',
    tls: scheme === undefined ? undefined : scheme === 'https',
    host: hostWithPort(bare, url),
    socket: '',
    prefix: url.pathname.replace(/\/+$/, ''),
  };
}

/** What is wrong with an address, or undefined. */
export function addressProblem(text: string): string | undefined {
  try {
    parseAddress(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Scheme, host and port with `https` or not; for a socket a made-up host. */
export function originOf(address: ConsulAddress, tls: boolean): string {
  if (address.kind === 'unix') return 'http://localhost';
  return new URL(`${tls ? 'https' : 'http'}://${address.host}`).origin;
}

/** The address for people and for what a secret is bound to. */
export function addressText(address: ConsulAddress, tls: boolean): string {
  if (address.kind === 'unix') return `unix://${address.socket}`;
  return originOf(address, tls) + address.prefix;
}

/** Whether what is sent to this address stays on this machine. */
export function isLocal(address: ConsulAddress): boolean {
  if (address.kind === 'unix') return true;
  const name = new URL(`http://${address.host}`).hostname;
  return name === 'localhost' || name === '[::1]' || /^127(\.\d+){3}$/.test(name);
}

// URL drops a port that is the scheme's own; here the scheme may still change.
function hostWithPort(bare: string, url: URL): string {
  const port = /^[^/]*:(\d+)(\/|$)/.exec(bare)?.[1];
  return port === undefined ? url.hostname : `${url.hostname}:${port}`;
}

function bad(text: string | undefined, why: string) {
  return consulErrors.badConnection({
    message: `The address${text === undefined ? '' : ` "${text}"`} of the Consul cluster can't be used: ${why}.`,
  });
}
