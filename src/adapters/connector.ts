import type { buildConnector } from 'undici';

type Undici = typeof import('./undici');

/** How many ends of connections are remembered; they are asked for at once. */
const REMEMBERED = 32;

/**
 * Connects as undici does, and remembers by which error a connection ended first. A server of TLS 1.3 refuses our
 * certificate only after the handshake, by an alert followed by the end of the stream; undici then tells of the end
 * alone.
 */
export class RememberingConnector {
  readonly connect: buildConnector.connector;
  readonly #ends = new Map<number, Error>();

  constructor(undici: Undici, options: buildConnector.BuildOptions) {
    const plain = undici.buildConnector(options);
    this.connect = (target, done) =>
      plain(target, (...result) => {
        const socket = result[1];
        const port = socket?.localPort;
        if (socket !== null && port !== undefined) {
          this.#ends.delete(port);
          socket.prependOnceListener('error', (error: Error) => this.#remember(port, error));
        }
        done(...result);
      });
  }

  /** The error behind undici's, where there is one. */
  causeOf(error: unknown): unknown {
    if (!(error instanceof Error) || !('socket' in error)) return error;
    const port = (error.socket as { localPort?: number } | null | undefined)?.localPort;
    return (port === undefined ? undefined : this.#ends.get(port)) ?? error;
  }

  #remember(port: number, error: Error): void {
    const oldest = this.#ends.keys().next().value;
    if (this.#ends.size >= REMEMBERED && oldest !== undefined) this.#ends.delete(oldest);
    this.#ends.set(port, error);
  }
}
