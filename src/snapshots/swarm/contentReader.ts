import { createHash } from 'node:crypto';
import type { TarEntry } from '../tar/tarEntry';
import { mismatch } from './archiveErrors';
import { InnerTar } from './innerTar';
import { PIECE_BYTES } from './layout';
import type { ContentSummary } from './layout';
import { snapshotErrors } from '../snapshotErrors';

/** Checks one content as its pieces come: in sequence, each full but the last, the tar in them whole. */
export class ContentReader {
  /** Tar bytes so far. */
  bytes = 0;
  private pieces = 0;
  private lastSize = PIECE_BYTES;
  private readonly hash = createHash('sha256');
  private readonly tar: InnerTar;

  constructor(
    readonly folder: string,
    onEntry?: (entry: TarEntry) => void,
  ) {
    this.tar = new InnerTar(folder, onEntry);
  }

  /** What came until now. */
  soFar(): Omit<ContentSummary, 'sha256'> {
    const { folder, bytes, pieces } = this;
    return { folder, bytes, pieces, ...this.tar.counts };
  }

  /** Bytes from the beginning of the tar whose entries have all passed. */
  get settled(): number {
    return this.tar.settled;
  }

  /** A piece begins. Throws `snapshot.missingMember`, `snapshot.tooLarge`. */
  piece(piece: number, size: number): void {
    const isNext = piece === this.pieces + 1 && this.lastSize === PIECE_BYTES;
    if (!isNext) {
      throw snapshotErrors.missingMember({
        message: `A piece of ${this.folder} is missing before piece ${piece}.`,
      });
    }
    if (size > PIECE_BYTES || size === 0) {
      throw snapshotErrors.tooLarge({
        message: `Piece ${piece} of ${this.folder} has ${size} bytes; it may have 1 to ${PIECE_BYTES}.`,
      });
    }
    this.pieces = piece;
    this.lastSize = size;
  }

  push(slice: Buffer): void {
    this.hash.update(slice);
    this.bytes += slice.length;
    this.tar.push(slice);
  }

  /** All pieces came. Throws `snapshot.truncated`. */
  end(): ContentSummary {
    this.tar.finish();
    return { ...this.soFar(), sha256: this.hash.digest('hex') };
  }
}

/** Throws `snapshot.badChecksum`, `snapshot.countMismatch` where a content is not what the summary states. */
export function compareContent(found: ContentSummary, stated: ContentSummary): void {
  if (found.sha256 !== stated.sha256) {
    throw snapshotErrors.badChecksum({
      message: `${found.folder} does not match the SHA-256 checksum in the summary.`,
    });
  }
  for (const [key, value] of Object.entries(found) as [keyof ContentSummary, unknown][]) {
    if (stated[key] === value) continue;
    throw mismatch(
      `The summary states ${stated[key]} ${key} in ${found.folder}, it has ${String(value)}`,
    );
  }
}
