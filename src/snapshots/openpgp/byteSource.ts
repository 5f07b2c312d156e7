import { openpgpErrors } from '../openpgpErrors';

/** Reads bytes from chunks of any size, none copied that need not be. */
export class ByteSource {
  private held: Buffer = Buffer.alloc(0);
  private readonly chunks: AsyncIterator<Uint8Array>;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.chunks = chunks[Symbol.asyncIterator]();
  }

  /** The next bytes without taking them; fewer than `count` only at the end. */
  async peek(count: number): Promise<Buffer> {
    await this.hold(count);
    return this.held.subarray(0, count);
  }

  /** @throws `openpgp.damaged` when there are fewer */
  async exactly(count: number): Promise<Buffer> {
    await this.hold(count);
    if (this.held.length < count) throw endsEarly();
    return this.take(count);
  }

  /** @throws `openpgp.damaged` at the end */
  async byte(): Promise<number> {
    return (await this.exactly(1)).readUInt8(0);
  }

  /** Some bytes, at most `limit`; undefined at the end. */
  async some(limit: number): Promise<Buffer | undefined> {
    await this.hold(1);
    return this.held.length === 0 ? undefined : this.take(Math.min(limit, this.held.length));
  }

  /** All that is left, in chunks of at most `limit` bytes. */
  async *rest(limit = Infinity): AsyncGenerator<Buffer, void, undefined> {
    for (;;) {
      const chunk = await this.some(limit);
      if (chunk === undefined) return;
      yield chunk;
    }
  }

  /** Reads and drops all that is left. */
  async drain(): Promise<void> {
    while ((await this.some(Infinity)) !== undefined);
  }

  async close(): Promise<void> {
    await this.chunks.return?.();
  }

  private take(count: number): Buffer {
    const taken = this.held.subarray(0, count);
    this.held = this.held.subarray(count);
    return taken;
  }

  private async hold(count: number): Promise<void> {
    while (this.held.length < count) {
      const next = await this.chunks.next();
      if (next.done === true) return;
      const { buffer, byteOffset, byteLength } = next.value;
      const chunk = Buffer.from(buffer, byteOffset, byteLength);
      this.held = this.held.length === 0 ? chunk : Buffer.concat([this.held, chunk]);
    }
  }
}

export function endsEarly() {
  return openpgpErrors.damaged({ message: 'The encrypted file ends too early: it was cut off.' });
}
