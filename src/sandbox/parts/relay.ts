import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { ensureDebianPackage } from './debian';
import { listensAtPath, listensOnPort } from './listening';
import { type Log, silent } from './log';
import { type RunningProcess, startProcess } from './processes';
import { waitFor } from './wait';

/** A TCP port of this machine's network, or of the network that a process lives in. */
export interface RelayEnd {
  /** Left out: this machine's own. */
  network?: number | undefined;
  /** Default: 127.0.0.1. */
  address?: string;
  port: number;
}

/**
 * Leads connections to `from` on to `to`, also from one network into another.
 *
 * @param folder takes a socket; it has to outlive the relay
 */
export async function startRelay(
  folder: string,
  from: RelayEnd,
  to: RelayEnd,
  log: Log = silent,
): Promise<{ stop: () => Promise<void> }> {
  await ensureDebianPackage('socat', 'socat', log);
  const listen = `TCP-LISTEN:${from.port},bind=${from.address ?? '127.0.0.1'},reuseaddr,fork`;
  const connect = `TCP:${to.address ?? '127.0.0.1'}:${to.port}`;
  // A port of one network is none of the other: a unix socket leads from one into the other.
  const socket = join(folder, `relay-${randomBytes(4).toString('hex')}.sock`);
  const parts = [
    socat(to.network, `UNIX-LISTEN:${socket},fork`, connect),
    socat(from.network, listen, `UNIX-CONNECT:${socket}`),
  ];
  const stop = async (): Promise<void> => {
    await Promise.all(parts.map((part) => part.stop('SIGKILL')));
  };
  try {
    const isReady = async (): Promise<true | undefined> =>
      ((await listensAtPath(socket, to.network)) &&
        (await listensOnPort(from.port, from.network))) ||
      undefined;
    await waitFor('a relay to listen', isReady, {
      timeoutMs: 60_000,
      everyMs: 20,
      giveUp: () => parts.find((part) => part.ended())?.output(),
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { stop };
}

function socat(network: number | undefined, from: string, to: string): RunningProcess {
  const args = ['-t', '86400', from, to];
  return network === undefined
    ? startProcess('socat', args)
    : startProcess('nsenter', ['-t', String(network), '--net', 'socat', ...args]);
}
