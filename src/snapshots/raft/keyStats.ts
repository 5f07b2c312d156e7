/** A row of keys that share a prefix. */
export interface KeyRow {
  /** The prefix as text; bytes that are no UTF-8 show as U+FFFD. */
  name: string;
  /** The prefix's bytes, one character each. */
  bytes: string;
  count: number;
  /** Bytes of the whole records, not only of the values. */
  sum: number;
}

export interface KeyRows {
  /** Larger first, then by name. */
  rows: KeyRow[];
  /** Rows there would be without a limit, and what all of them add up to. */
  totalRows: number;
  totalCount: number;
  totalSum: number;
}

export interface KeyQuery {
  /** Parts of a key, split at `/`, that make a row. */
  depth: number;
  /** Plain prefix, not by parts; empty takes all. */
  filter: string;
  /** Rows at most; all when undefined. */
  limit?: number;
  /** Order of the rows before the limit cuts them; larger first when undefined. */
  sort?: { by: 'name' | 'count' | 'sum'; descending: boolean };
}

const SLASH = 0x2f;

/**
 * Adds up records by their keys' first parts, as `consul snapshot inspect -kvdetails` does
 * (hashicorp/consul command/snapshot/inspect/snapshot_inspect.go, kvEnhance).
 */
export class KeyStats {
  private readonly buckets = new Map<string, { count: number; sum: number }>();
  private readonly depth: number;
  private readonly filter: Buffer;
  private readonly limit: number;
  private readonly sort: NonNullable<KeyQuery['sort']>;
  private totalCount = 0;
  private totalSum = 0;
  /** Keys come in order, so the next one mostly falls into the same bucket. */
  private last: { count: number; sum: number } | undefined;
  private lastPrefix = Buffer.alloc(256);
  private lastLength = 0;

  constructor({ depth, filter, limit = Infinity, sort }: KeyQuery) {
    this.depth = depth;
    this.filter = Buffer.from(filter);
    this.limit = limit;
    this.sort = sort ?? { by: 'sum', descending: true };
  }

  /** Counts the key `buffer[start, end)`. @param size bytes of its record */
  add(buffer: Buffer, start: number, end: number, size: number): void {
    const { filter } = this;
    if (filter.length > 0 && !startsWith(buffer, start, end, filter, filter.length)) return;
    const prefixEnd = this.prefixEnd(buffer, start, end);
    const length = prefixEnd - start;
    let bucket = this.last;
    const same =
      bucket !== undefined &&
      length === this.lastLength &&
      startsWith(buffer, start, prefixEnd, this.lastPrefix, length);
    if (bucket === undefined || !same) bucket = this.bucket(buffer, start, prefixEnd);
    bucket.count++;
    bucket.sum += size;
    this.totalCount++;
    this.totalSum += size;
  }

  result(): KeyRows {
    const all = [...this.buckets].map(([bytes, { count, sum }]) => ({ bytes, count, sum }));
    const { by, descending } = this.sort;
    const sign = descending ? -1 : 1;
    all.sort((a, b) => {
      const byName = a.bytes < b.bytes ? -1 : 1;
      return by === 'name' ? sign * byName : sign * (a[by] - b[by]) || byName;
    });
    return {
      rows: all.slice(0, this.limit).map((row) => ({
        name: Buffer.from(row.bytes, 'latin1').toString('utf8'),
        ...row,
      })),
      totalRows: all.length,
      totalCount: this.totalCount,
      totalSum: this.totalSum,
    };
  }

  private prefixEnd(buffer: Buffer, start: number, end: number): number {
    let parts = this.depth;
    if (parts <= 0) return start;
    for (let at = start; at < end; at++) {
      if (buffer[at] === SLASH && --parts === 0) return at;
    }
    return end;
  }

  private bucket(buffer: Buffer, start: number, end: number): { count: number; sum: number } {
    const name = buffer.toString('latin1', start, end);
    let bucket = this.buckets.get(name);
    if (bucket === undefined) {
      bucket = { count: 0, sum: 0 };
      this.buckets.set(name, bucket);
    }
    const length = end - start;
    if (length > this.lastPrefix.length) this.lastPrefix = Buffer.alloc(length * 2);
    buffer.copy(this.lastPrefix, 0, start, end);
    this.lastLength = length;
    this.last = bucket;
    return bucket;
  }
}

function startsWith(
  buffer: Buffer,
  start: number,
  end: number,
  prefix: Buffer,
  length: number,
): boolean {
  if (end - start < length) return false;
  // From behind: neighbours in order differ at the end.
  for (let i = length - 1; i >= 0; i--) if (buffer[start + i] !== prefix[i]) return false;
  return true;
}
