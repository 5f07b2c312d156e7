/** Names of the fields to look at in one kind of record, each with a number above 0. */
export interface FieldTable {
  names: readonly { name: Buffer; id: number }[];
  /** Fields whose own map is looked into, one level. */
  nested?: ReadonlyMap<number, FieldTable>;
}

/** What a value is when it is no text: only these are told apart. */
export type ValueKind = 'nil' | 'false' | 'true' | 'number' | 'map' | 'array';

/** Told what stands in the records, in order. Buffers are only lent. */
export interface RecordSink {
  /** Fields wanted of this type; undefined skips the record at full speed. */
  fieldsOf(type: number): FieldTable | undefined;
  /** A wanted field holds bytes: `buffer[start, end)`; they stay unchanged until the record's end. */
  raw(field: number, buffer: Buffer, start: number, end: number): void;
  /** A wanted field holds something else. @param count elements of a map or an array */
  other(field: number, kind: ValueKind, count: number): void;
  /** A record is complete. @param size bytes with its type byte; the first also carries the header's */
  record(type: number, size: number): void;
}
