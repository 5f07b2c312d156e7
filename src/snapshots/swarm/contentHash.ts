import { createHash } from 'node:crypto';

/**
 * SHA-256 of a content and of each of its pieces. As long as there is one piece only, both are the same and
 * computed once.
 */
export class ContentHash {
  private piece = createHash('sha256');
  private whole = this.piece;
  private pieces = 1;

  update(buffer: Uint8Array): void {
    this.piece.update(buffer);
    if (this.pieces > 1) this.whole.update(buffer);
  }

  /** Ends a piece and gives its sum in hex. */
  pieceEnd(): string {
    if (this.pieces === 1) this.whole = this.piece.copy();
    const sum = this.piece.digest('hex');
    this.piece = createHash('sha256');
    this.pieces++;
    return sum;
  }

  /** The sum of the content in hex; its last piece has ended. */
  digest(): string {
    return this.whole.digest('hex');
  }
}
