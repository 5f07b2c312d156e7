import { Agent } from 'node:http';
import { type Socket, connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { inspect } from 'node:util';
import { portOf } from './host';
import { SshConnection, sshArguments } from './ssh';
import type { EngineTarget, Environment } from './target';

type Done = (error: Error | null, connection?: Duplex) => void;

/** Connections to one engine, whatever they run over; they are kept and used again. */
export class EngineLink extends Agent {
  readonly #open = new Set<Duplex>();

  constructor(
    private readonly target: EngineTarget,
    private readonly env: Environment,
  ) {
    super({ keepAlive: true, maxFreeSockets: 4 });
  }

  // dockerode's modem writes all it is given into its debug text for each request, keys and open sockets too.
  [inspect.custom](): string {
    return `EngineLink ${this.target.where}`;
  }

  /** A connection is handed over only when it stands and, with TLS, when the certificate has been verified. */
  override createConnection(options: { signal?: AbortSignal }, done: Done): undefined {
    const { connection, ready } = this.#start();
    const { signal } = options;
    const { connect: limit } = this.target.timeouts;
    const cancel = (): void => void connection.destroy(new Error('aborted'));
    const timer = setTimeout(() => {
      connection.destroy(Object.assign(new Error('connect timeout'), { code: 'ETIMEDOUT' }));
    }, limit);
    let settled = false;
    const settle = (error: Error | null): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
      if (error === null) done(null, connection);
      else done(error);
    };
    this.#open.add(connection);
    connection.once('error', settle);
    connection.once('close', () => {
      this.#open.delete(connection);
      settle(Object.assign(new Error('closed'), { code: 'ECONNRESET' }));
    });
    signal?.addEventListener('abort', cancel, { once: true });
    if (signal?.aborted) cancel();
    else if (ready === undefined) settle(null);
    else connection.once(ready, () => settle(null));
    return undefined;
  }

  override destroy(): void {
    super.destroy();
    for (const connection of this.#open) connection.destroy();
  }

  #start(): { connection: Duplex; ready: string | undefined } {
    const { host, tls, timeouts } = this.target;
    switch (host.kind) {
      case 'ssh': {
        // ssh keeps the limit for connecting itself, and what it is told is sent once it stands.
        const args = sshArguments(host, timeouts.connect);
        return { connection: new SshConnection(args, this.env), ready: undefined };
      }
      case 'socket':
        return { connection: connect({ path: host.path }), ready: 'connect' };
      case 'tcp': {
        const port = portOf(host, tls !== undefined);
        const name = host.host.replace(/^\[|\]$/g, '');
        if (tls === undefined) {
          return { connection: tuned(connect({ host: name, port })), ready: 'connect' };
        }
        const connection = connectTls({ host: name, port, ALPNProtocols: ['http/1.1'], ...tls });
        return { connection: tuned(connection), ready: 'secureConnect' };
      }
    }
  }
}

// Notices a peer that went away without a word while an answer of hours comes in.
function tuned<S extends Socket>(socket: S): S {
  socket.setNoDelay(true);
  socket.setKeepAlive(true, 30_000);
  return socket;
}
