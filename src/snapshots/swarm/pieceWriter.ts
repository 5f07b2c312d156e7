import { createHash } from 'node:crypto';
import type { ContentWriter } from './archiveWriter';
import { InnerTar } from './innerTar';
import { PIECE_BYTES, pieceMember } from './layout';
import type { ContentSummary } from './layout';

/** Takes a member whose size is known; resolves when it has been read on. */
export type TakeMember = (name: string, chunks: Uint8Array[], size: number) => Promise<void>;

/** Cuts a content into pieces without copying it: one is filled while the one before is read on. */
export class PieceWriter implements ContentWriter {
  private readonly tar: InnerTar;
  private readonly hash = createHash('sha256');
  private chunks: Uint8Array[] = [];
  private fill = 0;
  private pieces = 0;
  private bytes = 0;
  private underWay: Promise<void> = Promise.resolve();

  constructor(
    private readonly folder: string,
    private readonly take: TakeMember,
    private readonly done: (summary: ContentSummary) => void,
  ) {
    this.tar = new InnerTar(folder);
  }

  async write(chunk: Uint8Array): Promise<void> {
    const buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.tar.push(buffer);
    this.hash.update(buffer);
    this.bytes += buffer.length;
    for (let at = 0; at < buffer.length;) {
      const part = buffer.subarray(at, at + PIECE_BYTES - this.fill);
      this.chunks.push(part);
      this.fill += part.length;
      at += part.length;
      if (this.fill === PIECE_BYTES) await this.piece();
    }
  }

  async end(): Promise<ContentSummary> {
    this.tar.finish();
    if (this.fill > 0) await this.piece();
    await this.underWay;
    const summary: ContentSummary = {
      folder: this.folder,
      sha256: this.hash.digest('hex'),
      bytes: this.bytes,
      pieces: this.pieces,
      ...this.tar.counts,
    };
    this.done(summary);
    return summary;
  }

  private async piece(): Promise<void> {
    const { chunks, fill } = this;
    this.chunks = [];
    this.fill = 0;
    this.pieces++;
    await this.underWay;
    this.underWay = this.take(pieceMember(this.folder, this.pieces), chunks, fill);
    // Told by the next call that waits for it.
    this.underWay.catch(() => undefined);
  }
}
