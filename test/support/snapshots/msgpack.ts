/** Values a record may hold; objects become maps with sorted keys, as Consul writes structs. */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly Value[]
  | { readonly [key: string]: Value };

/** `old`: texts and bytes are both raw, no str 8, no bin (go-msgpack without WriteExt); `new`: all forms. */
export type Dialect = 'old' | 'new';

/** Encodes one value (msgpack specification). Floats are 64-bit, integers as short as they go. */
export function encode(value: Value, dialect: Dialect = 'old'): Buffer {
  const parts: Buffer[] = [];
  append(parts, value, dialect);
  return Buffer.concat(parts);
}

function append(parts: Buffer[], value: Value, dialect: Dialect): void {
  if (value === null) parts.push(Buffer.from([0xc0]));
  else if (typeof value === 'boolean') parts.push(Buffer.from([value ? 0xc3 : 0xc2]));
  else if (typeof value === 'bigint') parts.push(integer(value));
  else if (typeof value === 'number') {
    parts.push(Number.isSafeInteger(value) ? integer(BigInt(value)) : float(value));
  } else if (typeof value === 'string') {
    const bytes = Buffer.from(value);
    parts.push(rawHead(bytes.length, dialect), bytes);
  } else if (value instanceof Uint8Array) {
    const head = dialect === 'new' ? sized(value.length, 0xc4, 0xc5, 0xc6) : undefined;
    parts.push(head ?? rawHead(value.length, dialect), Buffer.from(value));
  } else if (Array.isArray(value)) {
    const items = value as readonly Value[];
    parts.push(containerHead(items.length, 0x90, 0xdc));
    for (const item of items) append(parts, item, dialect);
  } else {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    parts.push(containerHead(entries.length, 0x80, 0xde));
    for (const [key, item] of entries) {
      append(parts, key, dialect);
      append(parts, item, dialect);
    }
  }
}

function rawHead(length: number, dialect: Dialect): Buffer {
  if (length < 32) return Buffer.from([0xa0 | length]);
  return sized(length, dialect === 'new' ? 0xd9 : undefined, 0xda, 0xdb);
}

function containerHead(count: number, fix: number, tag16: number): Buffer {
  return count < 16 ? Buffer.from([fix | count]) : sized(count, undefined, tag16, tag16 + 1);
}

function sized(n: number, tag8: number | undefined, tag16: number, tag32: number): Buffer {
  if (tag8 !== undefined && n < 0x100) return Buffer.from([tag8, n]);
  const head = Buffer.alloc(n < 0x10000 ? 3 : 5);
  head[0] = n < 0x10000 ? tag16 : tag32;
  head.writeUIntBE(n, 1, head.length - 1);
  return head;
}

function float(value: number): Buffer {
  const bytes = Buffer.alloc(9, 0xcb);
  bytes.writeDoubleBE(value, 1);
  return bytes;
}

function integer(value: bigint): Buffer {
  if (value >= 0n && value < 0x80n) return Buffer.from([Number(value)]);
  if (value < 0n && value >= -32n) return Buffer.from([0x100 + Number(value)]);
  const signed = value < 0n;
  const bits = [8, 16, 32, 64].findIndex((n) =>
    signed ? value >= -(1n << BigInt(n - 1)) : value < 1n << BigInt(n),
  );
  const bytes = Buffer.alloc(9);
  bytes.writeBigUInt64BE(BigInt.asUintN(64, value), 1);
  const length = 2 ** bits;
  return Buffer.concat([Buffer.from([(signed ? 0xd0 : 0xcc) + bits]), bytes.subarray(9 - length)]);
}
