import { Transform } from 'node:stream';
import type { TransformCallback } from 'node:stream';
import { dockerErrors } from './errors';

const HEADER = 8;
/** The engine writes what it read at once, 32 KiB as a rule: more than this is no frame. */
const LONGEST = 16 * 1024 * 1024;
const BUFFERED = 1024 * 1024;
const JOINED = 256 * 1024;
/** Milliseconds that a piece waits for more. */
const WAITING = 100;
const KEPT_WORDS = 2000;

const STDIN = 0;
const STDERR = 2;
/** The engine's own words in the middle of the container's. */
const SYSTEM = 3;

/**
 * Takes the output of a container without a tty apart (moby pkg/stdcopy): each frame has a header of eight bytes, the
 * first of which says which output it is, the last four how long. Gives standard output with back-pressure, small pieces
 * joined: an engine gives many, and each costs every step after this one more than the copying does.
 */
export class Demultiplexer extends Transform {
  readonly #header = Buffer.alloc(HEADER);
  #headerBytes = 0;
  #kind = 0;
  #left = 0;
  #words = '';
  #block: Buffer | undefined;
  #filled = 0;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param where the engine, for messages
   * @param stderr called with what the container writes to standard error
   */
  constructor(
    private readonly where: string,
    private readonly stderr: (chunk: Buffer) => void,
  ) {
    super({ readableHighWaterMark: BUFFERED, writableHighWaterMark: BUFFERED });
  }

  override _transform(chunk: Buffer, _: BufferEncoding, done: TransformCallback): void {
    try {
      for (let at = 0; at < chunk.length;) {
        at += this.#left > 0 ? this.#payload(chunk, at) : this.#head(chunk, at);
      }
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  override _flush(done: TransformCallback): void {
    const whole = this.#left === 0 && this.#headerBytes === 0;
    this.#give();
    done(whole ? null : this.#bad('output that ends in the middle of a frame'));
  }

  #payload(chunk: Buffer, at: number): number {
    const part = chunk.subarray(at, at + this.#left);
    this.#left -= part.length;
    if (this.#kind === STDERR) this.stderr(part);
    else if (this.#kind !== SYSTEM) this.#join(part);
    else {
      this.#words += part.toString('utf8').slice(0, KEPT_WORDS - this.#words.length);
      if (this.#left === 0) {
        const words = this.#words.replace(/\s+/g, ' ').trim();
        throw this.#bad(`a failure in the middle of the output: ${words}`);
      }
    }
    return part.length;
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearTimeout(this.#timer);
    done(error);
  }

  #join(part: Buffer): void {
    for (let at = 0; at < part.length;) {
      this.#block ??= Buffer.allocUnsafeSlow(JOINED);
      // What trickles in is shown to be on its way.
      this.#timer ??= setTimeout(() => this.#give(), WAITING);
      const bytes = part.copy(this.#block, this.#filled, at);
      at += bytes;
      this.#filled += bytes;
      if (this.#filled === JOINED) this.#give();
    }
  }

  #give(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const block = this.#block?.subarray(0, this.#filled);
    this.#block = undefined;
    this.#filled = 0;
    if (block !== undefined && !this.destroyed) this.push(block);
  }

  #head(chunk: Buffer, at: number): number {
    const bytes = chunk.copy(this.#header, this.#headerBytes, at, at + HEADER - this.#headerBytes);
    this.#headerBytes += bytes;
    if (this.#headerBytes < HEADER) return bytes;
    this.#headerBytes = 0;
    this.#kind = this.#header.readUInt8(0);
    this.#left = this.#header.readUInt32BE(4);
    const padding = this.#header.readUIntBE(1, 3);
    if (this.#kind < STDIN || this.#kind > SYSTEM || padding !== 0 || this.#left > LONGEST) {
      throw this.#bad('output that is not in frames');
    }
    return bytes;
  }

  #bad(what: string) {
    return dockerErrors.badAnswer({ message: `The engine at ${this.where} gives ${what}.` });
  }
}
