import { createGunzip } from 'node:zlib';
import { snapshotErrors } from '../snapshotErrors';

/** So much that zlib has work while the other thread hashes, encrypts and walks what it gave before. */
const OUTPUT_BYTES = 1024 * 1024;
/** Input taken in but not yet unpacked, before `push` holds the caller back. */
const MAX_PENDING_BYTES = 1024 * 1024;
const MAX_SLICE_BYTES = 256 * 1024;
const MIN_SLICE_BYTES = 1024;
/** Deflate itself reaches about 1030; no snapshot of this size comes near it. */
const MAX_RATIO = 500;
const RATIO_MATTERS_FROM_BYTES = 256 * 1024 * 1024;

/**
 * Unpacks a gzip stream on the thread pool, and hands each piece over while the next one is being
 * unpacked: the consumer's work and zlib's run side by side. Strict about what stands behind the end.
 */
export class Gunzip {
  private readonly zlib = createGunzip({ chunkSize: OUTPUT_BYTES });
  private taken = 0;
  private consumed = 0;
  private unpacked = 0;
  private ended = false;
  private probing = false;
  private error: Error | undefined;
  private readonly queue: Buffer[] = [];
  private readonly waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];

  /** @param onOutput takes each piece; what it throws ends the stream */
  constructor(private readonly onOutput: (piece: Buffer) => void) {
    this.zlib.on('data', (piece: Buffer) => {
      // What the probe unpacks to is none of the file's content.
      if (this.probing) return;
      this.queue.push(piece);
      // Not now: zlib starts on the next piece once this event is over.
      queueMicrotask(() => this.drain());
    });
    this.zlib.on('error', (error: NodeJS.ErrnoException) => {
      this.drain();
      this.fail(this.explain(error));
    });
    this.zlib.on('end', () => {
      this.ended = true;
    });
  }

  /** Bytes given to it so far. */
  get bytesIn(): number {
    return this.taken;
  }

  /** Takes the next bytes (and keeps them). Resolves when there is room for more. */
  async push(chunk: Uint8Array): Promise<void> {
    if (this.error) throw this.error;
    if (chunk.length === 0) return;
    if (this.ended) throw this.fail(trailing());
    // Zlib loses the output of the call that finds damage, so the first calls are small.
    for (let at = 0; at < chunk.length;) {
      const wish = Math.max(MIN_SLICE_BYTES, Math.min(MAX_SLICE_BYTES, this.taken >>> 4));
      const slice = chunk.subarray(at, at + wish);
      at += slice.length;
      this.taken += slice.length;
      this.zlib.write(slice, () => {
        this.consumed += slice.length;
        if (this.taken - this.consumed <= MAX_PENDING_BYTES) this.wake();
      });
    }
    if (this.taken - this.consumed > MAX_PENDING_BYTES) await this.wait();
    // What was unpacked by now may already be known to be damaged.
    this.throwIfFailed();
  }

  /** Resolves when all was handed over and the gzip stream is whole. */
  async finish(): Promise<void> {
    while (this.consumed < this.taken) await this.wait();
    this.throwIfFailed();
    // Zlib silently stops at a zero byte behind the end. That serves as a probe, too: it is left
    // alone where the stream is whole, and taken where something is still to come.
    if (this.zlib.bytesWritten < this.taken) throw this.fail(trailing());
    this.drain();
    this.throwIfFailed();
    this.probing = true;
    this.zlib.write(Buffer.of(0), () => this.wake());
    await this.wait();
    if (this.zlib.bytesWritten > this.taken) throw this.fail(this.truncated());
  }

  /** Lets go of everything; whoever waits is rejected. */
  destroy(error: Error): void {
    this.fail(error);
  }

  private drain(): void {
    for (let piece = this.queue.shift(); piece !== undefined; piece = this.queue.shift()) {
      if (this.error) return;
      this.unpacked += piece.length;
      if (
        this.unpacked > RATIO_MATTERS_FROM_BYTES &&
        this.unpacked > (this.consumed + MAX_SLICE_BYTES) * MAX_RATIO
      ) {
        this.fail(bomb());
        return;
      }
      try {
        this.onOutput(piece);
      } catch (error) {
        this.fail(error as Error);
      }
    }
  }

  private fail(error: Error): Error {
    if (this.error === undefined) {
      this.error = error;
      this.queue.length = 0;
      this.zlib.destroy();
      this.wake();
    }
    return this.error;
  }

  private throwIfFailed(): void {
    if (this.error) throw this.error;
  }

  private wait(): Promise<void> {
    if (this.error) return Promise.reject(this.error);
    return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
  }

  private wake(): void {
    for (const { resolve, reject } of this.waiting.splice(0)) {
      if (this.error) reject(this.error);
      else resolve();
    }
  }

  private explain(cause: NodeJS.ErrnoException): Error {
    const isHeader = /^(incorrect header check|unknown)/.test(cause.message);
    if (isHeader && this.unpacked > 0) return trailing();
    if (this.probing) return this.truncated(cause);
    if (isHeader) {
      return snapshotErrors.notGzip({ message: 'This is no gzip file, so no snapshot.', cause });
    }
    return snapshotErrors.badGzip({
      message: `The compressed data is damaged after byte ${this.zlib.bytesWritten}: ${cause.message}.`,
      cause,
    });
  }

  private truncated(cause?: Error): Error {
    return snapshotErrors.truncated({
      message: `The snapshot stops after ${this.taken} bytes, before its end.`,
      cause,
    });
  }
}

function trailing() {
  return snapshotErrors.trailingData({ message: 'Bytes follow the end of the gzip stream.' });
}

function bomb() {
  return snapshotErrors.tooLarge({
    message: `The file unpacks to more than ${MAX_RATIO} times its size: it was made to fill memory or disk.`,
  });
}
