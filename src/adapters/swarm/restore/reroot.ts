import { snapshotErrors } from '../../../snapshots/snapshotErrors';
import { BLOCK, isEmptyBlock, numberField, paddingOf } from '../../../snapshots/tar/tarFields';

const NAME = 0;
const LINK_NAME = 157;
const PREFIX = 345;
const DOT = 0x2e;
const SLASH = 0x2f;
const EXTENSIONS = new Set(['x', 'g', 'L', 'K']);
/** Records that name the entry, and the one that names what a hard link leads to. */
const PATHS = new Set(['path', 'GNU.sparse.name']);

/**
 * Moves the entries of a volume's tar from `./…` to `v/…`, for a container that has the volume at `/v` and takes the
 * tar at `/`. An engine that is given it at `/v` leaves out what the tar says of the volume's own folder, refuses
 * symbolic links that lead out of it, and loses the set-uid bit of hard links (moby pkg/archive Unpack,
 * handleLChmod). Both names have the same length: only bytes in headers change, and contents are not copied.
 *
 * Takes only tars that have passed `TarScanner`.
 */
export class Reroot {
  private block = Buffer.allocUnsafe(BLOCK);
  private fill = 0;
  /** Extended headers with their contents, held until the entry they belong to says what it is. */
  private held: { block: Buffer; type: string; body: Buffer }[] = [];
  /** Bytes of a content and its padding that pass as they are. */
  private passing = 0;
  /** Bytes of an extended header's content still to come. */
  private extension = 0;
  private sparse = false;
  /** Size that an extended header gives, for what does not fit into the field. */
  private paxSize: number | undefined;

  /** @param letter of the mount: one ASCII letter */
  constructor(
    private readonly letter: string,
    private readonly what: string,
  ) {}

  /** The bytes to pass on for these. The argument is not changed; parts of it are passed on as they are. */
  push(chunk: Buffer): Buffer[] {
    const out: Buffer[] = [];
    for (let at = 0; at < chunk.length;) {
      if (this.passing > 0) {
        const slice = chunk.subarray(at, at + this.passing);
        this.passing -= slice.length;
        at += slice.length;
        out.push(slice);
      } else if (this.extension > 0) {
        const last = this.held[this.held.length - 1];
        const slice = chunk.subarray(at, at + this.extension);
        if (last !== undefined) slice.copy(last.body, last.body.length - this.extension);
        this.extension -= slice.length;
        at += slice.length;
      } else {
        const n = chunk.copy(this.block, this.fill, at);
        this.fill += n;
        at += n;
        if (this.fill === BLOCK) this.header(out);
      }
    }
    return out;
  }

  private header(out: Buffer[]): void {
    const block = this.block;
    this.block = Buffer.allocUnsafe(BLOCK);
    this.fill = 0;
    if (this.sparse) {
      // More of a sparse file's map; the last one says so.
      this.sparse = block[504] === 1;
      out.push(block);
      return;
    }
    if (isEmptyBlock(block)) {
      out.push(block);
      return;
    }
    const type = String.fromCharCode(block[156] ?? 0);
    const size = numberField(block, 124, 12) ?? 0;
    if (EXTENSIONS.has(type)) {
      const length = size + paddingOf(size);
      this.held.push({ block, type, body: Buffer.allocUnsafe(length) });
      this.extension = length;
      return;
    }
    this.entry(block, type, out);
    this.sparse = type === 'S' && block[482] === 1;
    const hasContent = type === '0' || type === '\0' || type === '7' || type === 'S';
    const stored = hasContent ? (this.paxSize ?? size) : 0;
    this.passing = stored + paddingOf(stored);
  }

  private entry(block: Buffer, type: string, out: Buffer[]): void {
    const isHardLink = type === '1';
    let named = false;
    let linked = false;
    this.paxSize = undefined;
    for (const extension of this.held) {
      const { body } = extension;
      if (extension.type === 'L') {
        this.move(body, 0);
        named = true;
      } else if (extension.type === 'K') {
        if (isHardLink) this.move(body, 0);
        linked = true;
      } else if (extension.type === 'x') {
        for (const { key, at, end } of records(extension.block, body)) {
          if (PATHS.has(key)) {
            this.move(body, at);
            named = true;
          } else if (key === 'linkpath') {
            if (isHardLink) this.move(body, at);
            linked = true;
          } else if (key === 'size') this.paxSize = Number(body.toString('latin1', at, end));
        }
      }
      out.push(extension.block, body);
    }
    this.held = [];
    const isUstar = block.toString('latin1', 257, 263) === 'ustar\0';
    // Where an extended header names it, the field is for old readers only.
    if (!named) this.move(block, isUstar && block[PREFIX] !== 0 ? PREFIX : NAME);
    if (isHardLink && !linked) this.move(block, LINK_NAME);
    sign(block);
    out.push(block);
  }

  private move(bytes: Buffer, at: number): void {
    const next = bytes[at + 1];
    const isOwn = bytes[at] === DOT && (next === SLASH || next === 0 || next === 0x0a);
    if (!isOwn) {
      throw snapshotErrors.badTar({
        message: `${this.what} has an entry that does not begin with "./", as those of an engine do.`,
      });
    }
    bytes.write(this.letter, at, 'latin1');
  }
}

/** Records of a pax header: where their values begin and end. */
function* records(
  block: Buffer,
  body: Buffer,
): Generator<{ key: string; at: number; end: number }> {
  const size = numberField(block, 124, 12) ?? 0;
  for (let start = 0; start < size;) {
    const space = body.indexOf(0x20, start);
    const length = Number(body.toString('latin1', start, space));
    const equals = body.indexOf(0x3d, space);
    if (space < 0 || equals < 0 || !(length > 0)) return;
    yield {
      key: body.toString('utf8', space + 1, equals),
      at: equals + 1,
      end: start + length - 1,
    };
    start += length;
  }
}

/** Writes the checksum of a header. */
function sign(block: Buffer): void {
  block.fill(0x20, 148, 156);
  let sum = 0;
  for (const byte of block) sum += byte;
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
}
