import { snapshotErrors } from '../snapshotErrors';
import { entryOf, Extensions } from './tarExtensions';
import type { TarEntry } from './tarEntry';
import { BLOCK, isEmptyBlock, isSound, numberField, paddingOf } from './tarFields';

/** Told what stands in a tar, in order. */
export interface TarListener {
  /** All headers of an entry came. Throws to refuse it. */
  entry(entry: TarEntry): void;
  /** A piece of the entry's content: `buffer[start, end)`, only lent. */
  data?(buffer: Buffer, start: number, end: number): void;
  /** The entry's content is complete. */
  entryEnd?(): void;
}

export interface TarScannerOptions {
  /** For messages: "The archive", "The tar of volumes/node1/data". */
  what: string;
  /** Empty blocks may follow the end, as tools write them that fill up whole records. */
  filled?: boolean;
}

/** Names and attributes before an entry, together: far over what any file system holds. */
const MAX_EXTENSION_BYTES = 1 << 20;

const enum Part {
  Header,
  Content,
  Padding,
  Extension,
  ExtensionPadding,
  SparseMap,
}

/**
 * Reads a tar as its bytes come, strictly: ustar, pax, and GNU's long names and sparse files, which is what
 * Go's archive/tar reads and writes (src/archive/tar/reader.go). Nothing is copied but headers. What two
 * readers could read differently is refused.
 */
export class TarScanner {
  private readonly block = Buffer.alloc(BLOCK);
  private fill = 0;
  private part = Part.Header;
  /** Bytes of this part still to come. */
  private left = 0;
  private padding = 0;
  private extensions = new Extensions();
  private extension = Buffer.alloc(0);
  private emptyBlocks = 0;
  private offset = 0;
  /** Where the headers in hand begin. */
  private headStart = 0;

  constructor(
    private readonly listener: TarListener,
    private readonly options: TarScannerOptions,
  ) {}

  /** Bytes from the beginning that belong to entries the listener has taken; the rest is not known yet. */
  get settled(): number {
    const isHead = this.part === Part.Header ? this.fill > 0 || !this.extensions.isEmpty : false;
    const isExtension = this.part === Part.Extension || this.part === Part.ExtensionPadding;
    return isHead || isExtension ? this.headStart : this.offset;
  }

  /** True once the two empty blocks that end an archive were read. */
  get ended(): boolean {
    return this.emptyBlocks >= 2;
  }

  /** Takes the next bytes. Throws `snapshot.badTar`, `snapshot.trailingData`, and what the listener throws. */
  push(buffer: Buffer): void {
    let at = 0;
    const base = this.offset;
    while (at < buffer.length) {
      if (this.ended && !this.options.filled) throw this.trailing();
      at = this.take(buffer, at);
      this.offset = base + at;
    }
  }

  /** No more bytes come. Throws `snapshot.truncated` where the archive has not reached its end. */
  finish(): void {
    if (this.ended && this.fill > 0) throw this.trailing();
    if (this.ended) return;
    throw snapshotErrors.truncated({
      message: `${this.options.what} stops early: ${
        this.part === Part.Content
          ? `${this.left} bytes of an entry`
          : 'the mark that ends an archive'
      } did not come.`,
    });
  }

  private take(buffer: Buffer, at: number): number {
    const end = at + Math.min(this.left, buffer.length - at);
    switch (this.part) {
      case Part.Content:
        this.left -= end - at;
        this.listener.data?.(buffer, at, end);
        if (this.left === 0) this.contentEnd();
        return end;
      case Part.Padding:
      case Part.ExtensionPadding:
        this.left -= end - at;
        if (this.left === 0) this.part = Part.Header;
        return end;
      case Part.Extension:
        buffer.copy(this.extension, this.extension.length - this.left, at, end);
        this.left -= end - at;
        if (this.left === 0) this.extensionEnd();
        return end;
      default:
        return this.takeBlock(buffer, at);
    }
  }

  private takeBlock(buffer: Buffer, at: number): number {
    const begins = this.part === Part.Header && this.fill === 0 && this.extensions.isEmpty;
    if (begins) this.headStart = this.offset;
    const n = buffer.copy(this.block, this.fill, at);
    this.fill += n;
    if (this.fill === BLOCK) {
      this.fill = 0;
      if (this.part === Part.SparseMap) this.sparseMap();
      else this.header(this.block);
    }
    return at + n;
  }

  private header(block: Buffer): void {
    if (isEmptyBlock(block)) {
      if (!this.extensions.isEmpty) throw this.bad('an extended header belongs to no entry');
      this.emptyBlocks++;
      return;
    }
    if (this.emptyBlocks > 0) throw this.trailing();
    if (!isSound(block)) throw this.bad('a header does not match its own checksum');
    const type = String.fromCharCode(block[156] ?? 0);
    if (Extensions.isExtension(type)) {
      const size = numberField(block, 124, 12) ?? -1;
      if (size <= 0 || this.extensions.bytes + size > MAX_EXTENSION_BYTES) {
        throw this.absurd('an extended header');
      }
      this.extension = Buffer.alloc(size);
      this.extensions.begin(type, size);
      this.part = Part.Extension;
      this.left = size;
      return;
    }
    const entry = entryOf(block, this.extensions);
    if (typeof entry === 'string') throw this.bad(entry);
    this.extensions = new Extensions();
    this.listener.entry(entry);
    this.left = entry.stored;
    this.padding = paddingOf(entry.stored);
    if (type === 'S' && block[482] === 1) this.part = Part.SparseMap;
    else this.content();
  }

  /** GNU's old sparse files have more blocks of their map behind the header. */
  private sparseMap(): void {
    if (this.block[504] !== 1) this.content();
  }

  private content(): void {
    this.part = Part.Content;
    if (this.left === 0) this.contentEnd();
  }

  private contentEnd(): void {
    this.listener.entryEnd?.();
    this.left = this.padding;
    this.part = this.padding > 0 ? Part.Padding : Part.Header;
  }

  private extensionEnd(): void {
    const problem = this.extensions.end(this.extension);
    if (problem !== undefined) throw this.bad(problem);
    this.left = paddingOf(this.extension.length);
    this.part = this.left > 0 ? Part.ExtensionPadding : Part.Header;
  }

  private bad(what: string) {
    return snapshotErrors.badTar({ message: `${this.options.what} is damaged: ${what}.` });
  }

  private absurd(what: string) {
    return snapshotErrors.tooLarge({
      message: `${this.options.what} states an absurd size of ${what}.`,
    });
  }

  private trailing() {
    return snapshotErrors.trailingData({
      message: `Bytes follow the end of ${this.options.what.replace(/^The/, 'the')}.`,
    });
  }
}
