import { snapshotErrors } from '../snapshotErrors';
import type { FieldTable, RecordSink, ValueKind } from './recordSink';
import { recordTypeName } from './recordTypes';

/** Deeper than anything Consul writes; keeps a hostile file from growing the stack. */
const MAX_DEPTH = 64;
/** A text worth capturing is a name or a key; Raft itself refuses entries beyond this. */
const MAX_CAPTURE_BYTES = 1024 * 1024;

/** What `type` is while the header, a value without a type byte, is walked. */
const HEADER = -1;

/**
 * Walks the records of a state.bin as its bytes come: a msgpack header, then until the end a type
 * byte and one msgpack value each (hashicorp/consul agent/consul/fsm/snapshot.go). Values are
 * skipped, not decoded, and may span pieces of any size; nothing is copied but wanted texts that
 * span two pieces. Reads go-msgpack's old dialect (text and bytes are both "raw") and the new forms.
 */
export class RecordWalker {
  /** Complete records so far. */
  records = 0;
  /** Bytes up to the end of the last complete record. */
  walked = 0;

  /** Between records: a type byte comes next. */
  private between = false;
  private type = HEADER;
  /** Bytes before the piece in hand. */
  private base = 0;
  private depth = 0;
  /** Per open container: values still to come (a map's keys and values both count). */
  private readonly left = new Float64Array(MAX_DEPTH);
  private readonly isMap = new Uint8Array(MAX_DEPTH);
  private readonly tables: (FieldTable | undefined)[] = [];
  private readonly fields = new Int32Array(MAX_DEPTH + 1);
  /** Wanted fields inside the innermost container. */
  private table: FieldTable | undefined;
  /** Bytes of a value that go into the next piece. */
  private skip = 0;
  private captured: Buffer | undefined;
  /** The value in hand: its first byte, bytes of its length still to come, the length. */
  private tag = 0;
  private missing = 0;
  private length = 0;

  /** @param size bytes of the whole state.bin: no length may lead beyond it */
  constructor(
    private readonly sink: RecordSink,
    private readonly size: number,
  ) {
    this.begin(HEADER);
  }

  /** Takes the next piece, `buffer[start, end)`. Throws `snapshot.badRecord`. */
  push(buffer: Buffer, start: number, end: number): void {
    const offset = this.base - start;
    let at = start;
    while (at < end) {
      if (this.skip > 0) at = this.resume(buffer, at, end, offset);
      else if (this.between) this.begin(buffer[at++] as number);
      else {
        if (this.table === undefined && this.missing === 0 && this.depth > 0) {
          at = this.passOver(buffer, at, end);
        }
        if (at < end) at = this.value(buffer, at, end, offset);
      }
    }
    this.base += end - start;
  }

  /** No more bytes come. Throws `snapshot.badRecord` where a record is not complete. */
  finish(): void {
    if (!this.between) throw this.bad('is cut off', this.base);
  }

  private begin(type: number): void {
    this.type = type;
    this.between = false;
    this.table = undefined;
    this.tables[0] = this.sink.fieldsOf(type);
    this.fields[0] = 0;
  }

  /** Goes on with a value that began in an earlier piece. Like the next two, returns where it stopped. */
  private resume(buffer: Buffer, at: number, end: number, offset: number): number {
    const n = Math.min(this.skip, end - at);
    if (this.captured !== undefined) {
      buffer.copy(this.captured, this.captured.length - this.skip, at, at + n);
    }
    this.skip -= n;
    if (this.skip > 0) return end;
    const text = this.captured;
    this.captured = undefined;
    if (text !== undefined) this.text(text, 0, text.length);
    this.valueDone(at + n + offset);
    return at + n;
  }

  /** Small values of a container where nothing is wanted, all but its last: most of a snapshot. */
  private passOver(buffer: Buffer, at: number, end: number): number {
    const top = this.depth - 1;
    let left = this.left[top] as number;
    while (left > 1 && at < end) {
      const size = SMALL_BYTES[buffer[at] as number] as number;
      if (size === 0 || at + size > end) break;
      at += size;
      left--;
    }
    this.left[top] = left;
    return at;
  }

  /** Reads a value's first byte and its length, which may span pieces. */
  private value(buffer: Buffer, at: number, end: number, offset: number): number {
    if (this.missing === 0) {
      const tag = buffer[at++] as number;
      this.tag = tag;
      this.missing = LENGTH_BYTES[tag] as number;
      this.length = this.missing > 0 ? 0 : tag >= 0xa0 ? tag & 0x1f : tag & 0x0f;
    }
    for (; this.missing > 0; this.missing--) {
      if (at === end) return at;
      this.length = this.length * 256 + (buffer[at++] as number);
    }
    return this.content(buffer, at, end, offset);
  }

  private content(buffer: Buffer, at: number, end: number, offset: number): number {
    const { tag, length } = this;
    switch (FORMS[tag]) {
      case RAW: {
        const wanted = this.table !== undefined && this.wantsText();
        return this.payload(length, wanted, buffer, at, end, offset);
      }
      case MAP:
        this.open(length, true, at + offset);
        return at;
      case ARRAY:
        this.open(length, false, at + offset);
        return at;
      case SCALAR:
        this.scalar(kindOf(tag));
        return this.payload(SCALAR_BYTES[tag] as number, false, buffer, at, end, offset);
      case EXT:
        this.scalar('number');
        return this.payload(length + 1, false, buffer, at, end, offset);
      default:
        throw this.bad(`holds the byte 0x${tag.toString(16)}, which begins no value`, at + offset);
    }
  }

  /** Passes over the bytes of a value, as far as they are in this piece. */
  private payload(
    length: number,
    wanted: boolean,
    buffer: Buffer,
    at: number,
    end: number,
    offset: number,
  ): number {
    if (at + offset + length > this.size) throw this.beyond(length, at + offset);
    if (length <= end - at) {
      if (wanted) this.text(buffer, at, at + length);
      this.valueDone(at + length + offset);
      return at + length;
    }
    this.skip = length;
    if (wanted) {
      if (length > MAX_CAPTURE_BYTES) throw this.bad('has a name over 1 MB long', at + offset);
      this.captured = Buffer.allocUnsafe(length);
    }
    return at;
  }

  /** A value is complete, and with it maybe the containers it closes, and the record. */
  private valueDone(position: number): void {
    let depth = this.depth;
    while (depth > 0) {
      const left = (this.left[depth - 1] as number) - 1;
      this.left[depth - 1] = left;
      if (left > 0) break;
      depth--;
    }
    if (depth !== this.depth) {
      this.depth = depth;
      this.table = depth > 0 ? this.tables[depth] : undefined;
    }
    if (depth > 0) return;
    this.between = true;
    if (this.type === HEADER) return;
    const size = position - this.walked;
    this.walked = position;
    this.records++;
    this.sink.record(this.type, size);
  }

  private open(count: number, isMap: boolean, position: number): void {
    const nested = this.container(isMap ? 'map' : 'array', count);
    const values = isMap ? count * 2 : count;
    // Every value has one byte at least.
    if (position + values > this.size) throw this.beyond(values, position);
    if (values === 0) {
      this.valueDone(position);
      return;
    }
    const depth = this.depth;
    if (depth === MAX_DEPTH) throw this.bad(`is nested over ${MAX_DEPTH} levels deep`, position);
    this.left[depth] = values;
    this.isMap[depth] = isMap ? 1 : 0;
    this.depth = depth + 1;
    this.table = isMap ? nested : undefined;
    this.tables[depth + 1] = this.table;
    this.fields[depth + 1] = 0;
  }

  /** A container begins; returns what to look for inside: the record's own table, or its field's. */
  private container(kind: ValueKind, count: number): FieldTable | undefined {
    if (this.depth === 0) return this.tables[0];
    if (this.table === undefined) return undefined;
    if (this.atKey()) {
      this.fields[this.depth] = 0;
      return undefined;
    }
    this.other(kind, count);
    return this.table.nested?.get(this.fields[this.depth] as number);
  }

  private atKey(): boolean {
    const top = this.depth - 1;
    return this.isMap[top] === 1 && ((this.left[top] as number) & 1) === 0;
  }

  private wantsText(): boolean {
    return this.atKey() || this.fields[this.depth] !== 0;
  }

  private text(buffer: Buffer, start: number, end: number): void {
    const table = this.table;
    if (table === undefined) return;
    if (this.atKey()) {
      this.fields[this.depth] = fieldNamed(table, buffer, start, end);
    } else {
      const field = this.fields[this.depth] as number;
      if (field === 0) return;
      this.sink.raw(field, buffer, start, end);
      // Nothing else is wanted here: the rest of the map is passed over at full speed.
      if (table.names.length === 1) this.table = this.tables[this.depth] = undefined;
    }
  }

  private scalar(kind: ValueKind): void {
    if (this.table === undefined) return;
    if (this.atKey()) this.fields[this.depth] = 0;
    else this.other(kind, 0);
  }

  private other(kind: ValueKind, count: number): void {
    const field = this.fields[this.depth] as number;
    if (field !== 0) this.sink.other(field, kind, count);
  }

  private beyond(length: number, position: number) {
    return this.bad(
      `states ${length} bytes where only ${Math.max(0, this.size - position)} are left`,
      position,
    );
  }

  private bad(what: string, position: number) {
    const name = this.type === HEADER ? '' : `Record ${this.records + 1}`;
    const kind = this.between ? '' : ` (${recordTypeName(this.type)})`;
    return snapshotErrors.badRecord({
      message: `${name === '' ? "The snapshot's header" : name + kind} ${what}, at byte ${position} of state.bin.`,
    });
  }
}

function kindOf(tag: number): ValueKind {
  return tag === 0xc0 ? 'nil' : tag === 0xc2 ? 'false' : tag === 0xc3 ? 'true' : 'number';
}

function fieldNamed(table: FieldTable, buffer: Buffer, start: number, end: number): number {
  const length = end - start;
  next: for (const { name, id } of table.names) {
    if (name.length !== length) continue;
    for (let i = 0; i < length; i++) if (name[i] !== buffer[start + i]) continue next;
    return id;
  }
  return 0;
}

/** What each first byte begins (msgpack specification, "Formats"). */
const [INVALID, SCALAR, RAW, MAP, ARRAY, EXT] = [0, 1, 2, 3, 4, 5] as const;
const FORMS = new Uint8Array(256).fill(SCALAR);
FORMS.fill(MAP, 0x80, 0x90).fill(ARRAY, 0x90, 0xa0).fill(RAW, 0xa0, 0xc0);
FORMS.fill(RAW, 0xc4, 0xc7).fill(EXT, 0xc7, 0xca).fill(RAW, 0xd9, 0xdc);
FORMS.fill(ARRAY, 0xdc, 0xde).fill(MAP, 0xde, 0xe0);
FORMS[0xc1] = INVALID;

/** Bytes of the length that follows the first byte. */
const LENGTH_BYTES = new Uint8Array(256);
LENGTH_BYTES.set([1, 2, 4, 1, 2, 4], 0xc4);
LENGTH_BYTES.set([1, 2, 4, 2, 4, 2, 4], 0xd9);

/** Bytes of content after the first byte: floats, integers, fixed extensions with their type. */
const SCALAR_BYTES = new Uint8Array(256);
SCALAR_BYTES.set([4, 8, 1, 2, 4, 8, 1, 2, 4, 8, 2, 3, 5, 9, 17], 0xca);

/** Whole bytes of a value whose first byte tells them; 0 for containers, longer ones and no value. */
const SMALL_BYTES = new Uint8Array(256);
for (let tag = 0; tag < 256; tag++) {
  if (FORMS[tag] === SCALAR) SMALL_BYTES[tag] = 1 + (SCALAR_BYTES[tag] as number);
  if (tag >= 0xa0 && tag < 0xc0) SMALL_BYTES[tag] = 1 + (tag & 0x1f);
}
