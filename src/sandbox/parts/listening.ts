import { readFile } from 'node:fs/promises';

/** State of a TCP socket that listens, as Linux counts them. */
const LISTENING = '0A';
/** Flag of a unix socket that takes connections. */
const ACCEPTS = 0x10000;

/**
 * Whether a program listens on a TCP port. The kernel is asked: a connection would be seen at the other end. Linux only.
 *
 * @param network lives in the network that is meant; left out: this process
 */
export async function listensOnPort(port: number, network?: number): Promise<boolean> {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return (await table('tcp', network)).some(
    ([, local, , state]) => state === LISTENING && local?.endsWith(`:${hex}`) === true,
  );
}

/** As `listensOnPort`, for the path of a unix socket: its file is there a moment before it listens. */
export async function listensAtPath(path: string, network?: number): Promise<boolean> {
  return (await table('unix', network)).some(
    ([, , , flags, , , , at]) => at === path && (parseInt(flags ?? '0', 16) & ACCEPTS) !== 0,
  );
}

async function table(kind: 'tcp' | 'unix', network: number | undefined): Promise<string[][]> {
  const text = await readFile(`/proc/${network ?? 'self'}/net/${kind}`, 'utf8');
  return text.split('\n').map((line) => line.trim().split(/\s+/));
}
