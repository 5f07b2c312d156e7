/** The few kinds of values that the stand-in's records are made of. */
export type Value =
  null | boolean | number | string | Buffer | readonly Value[] | { readonly [name: string]: Value };

/** Writes a value in the dialect of msgpack that Consul writes: text and bytes are both "raw". */
export function encode(value: Value): Buffer {
  const parts: Buffer[] = [];
  write(value, parts);
  return Buffer.concat(parts);
}

function write(value: Value, parts: Buffer[]): void {
  if (value === null) parts.push(Buffer.of(0xc0));
  else if (typeof value === 'boolean') parts.push(Buffer.of(value ? 0xc3 : 0xc2));
  else if (typeof value === 'number') parts.push(encodeInteger(value));
  else if (typeof value === 'string') write(Buffer.from(value), parts);
  else if (Buffer.isBuffer(value)) {
    parts.push(head(value.length, 0xa0, 31, 0xda, 0xdb), value);
  } else if (Array.isArray(value)) {
    parts.push(head(value.length, 0x90, 15, 0xdc, 0xdd));
    for (const item of value as readonly Value[]) write(item, parts);
  } else {
    const entries = Object.entries(value as Record<string, Value>);
    parts.push(head(entries.length, 0x80, 15, 0xde, 0xdf));
    for (const [name, item] of entries.sort(([a], [b]) => (a < b ? -1 : 1))) {
      write(name, parts);
      write(item, parts);
    }
  }
}

function head(length: number, fix: number, fixMost: number, two: number, four: number): Buffer {
  if (length <= fixMost) return Buffer.of(fix | length);
  if (length <= 0xffff) return Buffer.of(two, length >> 8, length & 0xff);
  const out = Buffer.alloc(5, four);
  out.writeUInt32BE(length, 1);
  return out;
}

function encodeInteger(value: number): Buffer {
  if (value < 0) {
    const out = Buffer.alloc(9, 0xd3);
    out.writeBigInt64BE(BigInt(value), 1);
    return out;
  }
  if (value < 0x80) return Buffer.of(value);
  if (value <= 0xffff) return Buffer.of(0xcd, value >> 8, value & 0xff);
  const out = Buffer.alloc(9, 0xcf);
  out.writeBigUInt64BE(BigInt(value), 1);
  return out;
}

/** Reads values one after the other; raw values come back as bytes. */
export class RecordReader {
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  get atEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  byte(): number {
    const value = this.bytes.readUInt8(this.at);
    this.at += 1;
    return value;
  }

  value(): Value {
    const kind = this.byte();
    if (kind < 0x80) return kind;
    if (kind < 0x90) return this.map(kind & 0x0f);
    if (kind < 0xa0) return this.array(kind & 0x0f);
    if (kind < 0xc0) return this.raw(kind & 0x1f);
    if (kind >= 0xe0) return kind - 0x100;
    switch (kind) {
      case 0xc0:
        return null;
      case 0xc2:
      case 0xc3:
        return kind === 0xc3;
      case 0xca:
        return this.take(4).readFloatBE();
      case 0xcb:
        return this.take(8).readDoubleBE();
      case 0xcc:
        return this.byte();
      case 0xcd:
        return this.take(2).readUInt16BE();
      case 0xce:
        return this.take(4).readUInt32BE();
      case 0xcf:
        return Number(this.take(8).readBigUInt64BE());
      case 0xd0:
        return this.take(1).readInt8();
      case 0xd1:
        return this.take(2).readInt16BE();
      case 0xd2:
        return this.take(4).readInt32BE();
      case 0xd3:
        return Number(this.take(8).readBigInt64BE());
      case 0xda:
        return this.raw(this.take(2).readUInt16BE());
      case 0xdb:
        return this.raw(this.take(4).readUInt32BE());
      case 0xdc:
        return this.array(this.take(2).readUInt16BE());
      case 0xdd:
        return this.array(this.take(4).readUInt32BE());
      case 0xde:
        return this.map(this.take(2).readUInt16BE());
      case 0xdf:
        return this.map(this.take(4).readUInt32BE());
      default:
        throw new Error(`Unknown kind of value 0x${kind.toString(16)} at byte ${this.at - 1}`);
    }
  }

  private take(length: number): Buffer {
    if (this.at + length > this.bytes.length) throw new Error('The records end early');
    const part = this.bytes.subarray(this.at, this.at + length);
    this.at += length;
    return part;
  }

  private raw(length: number): Buffer {
    return Buffer.from(this.take(length));
  }

  private array(length: number): Value[] {
    return Array.from({ length }, () => this.value());
  }

  private map(length: number): Record<string, Value> {
    const out: Record<string, Value> = {};
    for (let i = 0; i < length; i++) {
      const name = this.value();
      if (!Buffer.isBuffer(name)) throw new Error(`A name is missing at byte ${this.at}`);
      out[name.toString()] = this.value();
    }
    return out;
  }
}
