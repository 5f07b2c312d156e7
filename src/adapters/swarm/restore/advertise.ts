import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { BlockList, isIP } from 'node:net';
import { parseHost } from '../../docker/host';
import type { ReachedEngines } from '../connections';

const LOOKUP_TIMEOUT_MS = 2_000;

/** Where nobody else can reach a machine, or only on its own cable. */
const own = new BlockList();
own.addSubnet('127.0.0.0', 8, 'ipv4');
own.addSubnet('169.254.0.0', 16, 'ipv4');
own.addAddress('0.0.0.0', 'ipv4');
own.addAddress('::', 'ipv6');
own.addAddress('::1', 'ipv6');
own.addSubnet('fe80::', 10, 'ipv6');

/** Addresses at which the main engine may be reached by others, best first; none where nothing is known. */
export async function ownAddresses(
  { main }: ReachedEngines,
  { signal }: { signal: AbortSignal },
): Promise<string[]> {
  const told = main.info.Swarm?.NodeAddr ?? '';
  if (told !== '') return [told];
  const address = await addressOf(main.engine.where, signal);
  return address === undefined ? [] : [address];
}

/**
 * The IP address behind an engine's own. A swarm is advertised at an address, never at a name, so a name is looked up;
 * one that only ssh knows gives none.
 *
 * @param where of the engine: `tcp://10.0.0.5:2376`, `ssh://ops@node1`
 * @param find looks a name up
 */
export async function addressOf(
  where: string,
  signal: AbortSignal,
  find: (name: string) => Promise<string> = async (name) => (await lookup(name)).address,
): Promise<string | undefined> {
  const host = parseHost(where);
  if (host.kind === 'socket') return undefined;
  const name = host.host.replace(/^\[|\]$/g, '');
  const address = isIP(name) === 0 ? await inTime(find(name), signal) : name;
  const version = address === undefined ? 0 : isIP(address);
  if (address === undefined || version === 0) return undefined;
  return own.check(address, version === 6 ? 'ipv6' : 'ipv4') ? undefined : address;
}

/** A system's look-up can't be ended, only be waited for no longer; without an answer it is only no proposal. */
async function inTime(found: Promise<string>, signal: AbortSignal): Promise<string | undefined> {
  signal.throwIfAborted();
  const over = AbortSignal.any([signal, AbortSignal.timeout(LOOKUP_TIMEOUT_MS)]);
  const ended = once(over, 'abort').then(() => undefined);
  const answer = await Promise.race([found.catch(() => undefined), ended]);
  signal.throwIfAborted();
  return answer;
}
