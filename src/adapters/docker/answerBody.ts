import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';

/** What may befall an answer, told to whoever words it. */
export interface BodyWatch {
  /** Milliseconds between two pieces. */
  idle: number;
  /** The error for a connection that broke or was ended early. */
  broken: (cause: unknown, received: number) => Error;
  /** The error for an engine that fell silent. */
  silent: (received: number) => Error;
  /** Called once, when all is over. */
  over: () => void;
}

const BUFFERED = 1024 * 1024;

/** The bytes of an answer as they come. It ends only when the answer was whole. */
export class AnswerBody extends Readable {
  readonly #answer: IncomingMessage;
  readonly #watch: BodyWatch;
  readonly #timer: NodeJS.Timeout;
  #received = 0;
  #last = Date.now();

  constructor(answer: IncomingMessage, watch: BodyWatch) {
    super({ highWaterMark: BUFFERED });
    this.#answer = answer;
    this.#watch = watch;
    answer.on('data', (chunk: Buffer) => {
      this.#received += chunk.length;
      this.#last = Date.now();
      if (!this.push(chunk)) answer.pause();
    });
    answer.once('end', () => {
      if (answer.complete) this.push(null);
      else this.destroy(watch.broken(new Error('incomplete'), this.#received));
    });
    answer.once('error', (error) => this.destroy(watch.broken(error, this.#received)));
    answer.once('close', () => {
      if (!answer.readableEnded) this.destroy(watch.broken(new Error('closed'), this.#received));
    });
    this.#timer = setInterval(() => this.#look(), Math.max(10, Math.min(1000, watch.idle / 4)));
    this.#timer.unref();
  }

  override _read(): void {
    if (!this.#answer.isPaused()) return;
    // The time in which nobody wanted more is not the engine's.
    this.#last = Date.now();
    this.#answer.resume();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearInterval(this.#timer);
    this.#answer.on('error', () => undefined);
    if (!this.#answer.complete || !this.#answer.readableEnded) this.#answer.destroy();
    this.#watch.over();
    done(error);
  }

  #look(): void {
    if (this.#answer.isPaused() || Date.now() - this.#last < this.#watch.idle) return;
    if (!this.readableEnded) this.destroy(this.#watch.silent(this.#received));
  }
}
