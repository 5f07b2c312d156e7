import { snapshotErrors } from '../snapshotErrors';
import {
  BLOCK,
  isEmptyBlock,
  isSound,
  nameField,
  numberField,
  paddingOf,
  paxRecords,
  textOf,
} from '../tar/tarFields';

const MAX_PAX_BYTES = 64 * 1024;

export interface TarHandler {
  /** A member begins. Throws to refuse it. @param size bytes of content */
  member(header: TarHeader): void;
  /** A piece of the member's content: `buffer[start, end)`. */
  data(buffer: Buffer, start: number, end: number): void;
  /** The member's content is complete. */
  memberEnd(): void;
}

export interface TarHeader {
  name: string;
  size: number;
  /** POSIX type flag, `0` for a regular file. */
  type: string;
}

/**
 * Reads a tar as its bytes come, strictly. It is not tar-stream because that accepts an archive
 * without its end mark, members behind the end mark, and numbers that only begin as octal ones:
 * what a check of backups has to notice. Knows ustar, and of pax what Go's archive/tar writes
 * for members over 8 GiB (POSIX.1-2001 pax interchange format).
 */
export class TarReader {
  private readonly block = Buffer.alloc(BLOCK);
  private blockFill = 0;
  /** Bytes of content, then of padding, still to come. */
  private content = 0;
  private padding = 0;
  private pax: { fill: number; bytes: Buffer } | undefined;
  private paxSize: number | undefined;
  private paxPath: string | undefined;
  private zeroBlocks = 0;

  constructor(private readonly handler: TarHandler) {}

  /** True once the two empty blocks that end an archive were read. */
  get ended(): boolean {
    return this.zeroBlocks === 2;
  }

  /** Takes the next bytes. Throws `snapshot.badTar`, `snapshot.trailingData`, and what the handler throws. */
  push(buffer: Buffer): void {
    let at = 0;
    while (at < buffer.length) {
      if (this.ended) throw trailing();
      if (this.content > 0) at = this.takeContent(buffer, at);
      else if (this.padding > 0) {
        const n = Math.min(this.padding, buffer.length - at);
        this.padding -= n;
        at += n;
      } else at = this.takeHeader(buffer, at);
    }
  }

  /** No more bytes come. Throws `snapshot.truncated` where the archive has not reached its end. */
  finish(): void {
    if (this.ended) return;
    const where =
      this.content > 0 ? `${this.content} bytes of a member` : 'the mark that ends an archive';
    throw snapshotErrors.truncated({
      message: `The archive inside the snapshot stops early: ${where} did not come.`,
    });
  }

  private takeContent(buffer: Buffer, at: number): number {
    const end = at + Math.min(this.content, buffer.length - at);
    this.content -= end - at;
    if (this.pax === undefined) {
      this.handler.data(buffer, at, end);
      if (this.content === 0) this.handler.memberEnd();
    } else {
      this.pax.fill += buffer.copy(this.pax.bytes, this.pax.fill, at, end);
      if (this.content === 0) this.takePax(this.pax.bytes);
    }
    return end;
  }

  private takeHeader(buffer: Buffer, at: number): number {
    const n = buffer.copy(this.block, this.blockFill, at);
    this.blockFill += n;
    if (this.blockFill === BLOCK) {
      this.blockFill = 0;
      this.header(this.block);
    }
    return at + n;
  }

  private header(block: Buffer): void {
    if (isEmptyBlock(block)) {
      this.zeroBlocks++;
      return;
    }
    if (this.zeroBlocks > 0) throw trailing();
    if (!isSound(block)) throw badTar('a header does not match its own checksum');
    const type = block[156] === 0 ? '0' : String.fromCharCode(block[156] ?? 0);
    const size = numberOf(block, 124, 12);
    const isPax = type === 'x';
    if (isPax) {
      if (size > MAX_PAX_BYTES || size === 0) throw badTar('an extended header has an absurd size');
      this.pax = { fill: 0, bytes: Buffer.alloc(size) };
      this.begin(size);
      return;
    }
    const header = {
      name: this.paxPath ?? textOf(nameField(block)),
      size: this.paxSize ?? size,
      type,
    };
    this.paxPath = this.paxSize = undefined;
    this.handler.member(header);
    this.begin(header.size);
    if (header.size === 0) this.handler.memberEnd();
  }

  private begin(size: number): void {
    this.content = size;
    this.padding = paddingOf(size);
  }

  private takePax(bytes: Buffer): void {
    this.pax = undefined;
    const records = paxRecords(bytes);
    if (records === undefined) throw badTar('an extended header is malformed');
    for (const { key, value } of records) {
      if (key === 'path') this.paxPath = value.toString('utf8');
      if (key === 'size') {
        const text = value.toString('latin1');
        const size = /^\d+$/.test(text) ? Number(text) : NaN;
        if (!Number.isSafeInteger(size)) throw badTar('an extended header states an absurd size');
        this.paxSize = size;
      }
    }
  }
}

function numberOf(block: Buffer, start: number, length: number): number {
  const value = numberField(block, start, length);
  if (value === undefined || value < 0) throw badTar('a header holds a number that is none');
  return value;
}

function badTar(what: string) {
  return snapshotErrors.badTar({ message: `The archive inside the snapshot is damaged: ${what}.` });
}

function trailing() {
  return snapshotErrors.trailingData({
    message: 'Bytes follow the end of the archive inside the snapshot.',
  });
}
