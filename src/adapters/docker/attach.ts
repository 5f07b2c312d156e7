import { request as httpRequest } from 'node:http';
import type { Agent, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { Duplex } from 'node:stream';

const BUFFERED = 1024 * 1024;

/** What may befall a connection of both directions, told to whoever words it. */
export interface AttachWatch {
  /** The error for a connection that broke. */
  broken: (cause: unknown, received: number) => Error;
  /** Called at the end of what comes: throws where it is not the container's end, but the engine's. */
  ended: (received: number) => Promise<void>;
  /** Ends it at once. */
  cancelled: AbortSignal;
  /** Called once, when all is over. */
  over: () => void;
}

/** An engine's answer to the wish for a connection of both directions: granted, or an ordinary one. */
export type Upgraded = { connection: Duplex; head: Buffer } | { message: IncomingMessage };

/**
 * Asks for a connection of both directions. Not through dockerode's modem: it sends the empty end of a chunked body
 * along, and the engine takes that for the first bytes of the container's input.
 */
export function upgrade(options: {
  agent: Agent;
  path: string;
  headers: OutgoingHttpHeaders;
  signal: AbortSignal;
}): Promise<Upgraded> {
  return new Promise((resolve, reject) => {
    const call = httpRequest({
      ...options,
      method: 'POST',
      headers: {
        ...options.headers,
        Connection: 'Upgrade',
        Upgrade: 'tcp',
        'Content-Length': 0,
      },
    });
    call.once('upgrade', (_, connection, head) => resolve({ connection, head }));
    call.once('response', (message) => resolve({ message }));
    call.on('error', reject);
    call.end();
  });
}

/** The bytes of a container's input and output as they come and go. Ending the writable half ends its input. */
export class AttachedStream extends Duplex {
  readonly #connection: Duplex;
  readonly #watch: AttachWatch;
  #received = 0;
  #wanted = false;
  #ended = false;
  readonly #cancel = (): void => this.#break(new Error('aborted'));

  constructor(connection: Duplex, head: Buffer, watch: AttachWatch) {
    super({ highWaterMark: BUFFERED, allowHalfOpen: true });
    this.#connection = connection;
    this.#watch = watch;
    if (head.length > 0) connection.unshift(head);
    watch.cancelled.addEventListener('abort', this.#cancel, { once: true });
    if (watch.cancelled.aborted) this.#cancel();
    connection.on('readable', () => this.#take());
    connection.once('end', () => this.#finish());
    connection.once('error', (error) => this.#break(error));
    connection.once('close', () => {
      if (!this.#ended) this.#break(Object.assign(new Error('closed'), { code: 'ECONNRESET' }));
    });
  }

  override _read(): void {
    this.#wanted = true;
    this.#take();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    // What broke is told once, by the connection's own error.
    this.#connection.write(chunk, (error) => {
      if (error) this.#break(error);
      done();
    });
  }

  override _final(done: () => void): void {
    if (this.#connection.writable) this.#connection.end(() => done());
    else done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#connection.on('error', () => undefined);
    this.#connection.destroy();
    this.#watch.cancelled.removeEventListener('abort', this.#cancel);
    this.#watch.over();
    done(error);
  }

  #take(): void {
    while (this.#wanted) {
      const chunk = this.#connection.read() as Buffer | null;
      if (chunk === null) return;
      this.#received += chunk.length;
      this.#wanted = this.push(chunk);
    }
  }

  #finish(): void {
    this.#ended = true;
    if (this.destroyed) return;
    this.#watch.ended(this.#received).then(
      () => this.push(null),
      (error: unknown) => this.#break(error),
    );
  }

  #break(error: unknown): void {
    if (!this.destroyed) this.destroy(this.#watch.broken(error, this.#received));
  }
}
