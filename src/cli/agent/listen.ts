import { isIPv6 } from 'node:net';
import { InvalidArgumentError } from 'commander';

/** Where metrics and health are told. */
export interface ListenAddress {
  host: string;
  /** 0: any that is free. */
  port: number;
}

export const DEFAULT_LISTEN = '127.0.0.1:9745';

/** Reads `HOST:PORT`; an IPv6 address stands in brackets. */
export function listenAddress(text: string): ListenAddress {
  const [, bracketed, plain, digits = ''] =
    /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host === undefined || port > 65_535 || (bracketed !== undefined && !isIPv6(bracketed))) {
    throw new InvalidArgumentError('Write it as HOST:PORT, e.g. 127.0.0.1:9745 or [::1]:9745.');
  }
  return { host, port };
}

/** `127.0.0.1:9745`, `[::1]:9745`. */
export function addressText({ host, port }: ListenAddress): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

/** Whether only this machine reaches it. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase();
  return name === 'localhost' || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name);
}

/**
 * Whether a request's `Host` is meant for us. On loopback, a page in a browser could otherwise have its own name lead
 * here and read what is told.
 *
 * @param header as it came
 * @param host what is listened on
 */
export function isHostAllowed(header: string | undefined, host: string): boolean {
  if (!isLoopback(host)) return true;
  const [, bracketed, plain] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d+)?$/.exec(header ?? '') ?? [];
  const asked = (bracketed ?? plain ?? '').toLowerCase();
  return isLoopback(asked) || asked === host.toLowerCase();
}
