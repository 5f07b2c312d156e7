import type { Manifest } from '../model';

/** A table row: record type, how many, how many bytes. */
export interface RecordStat {
  name: string;
  count: number;
  /** Bytes. */
  sum: number;
}

/** What a snapshot holds, as far as it could be read. */
export interface SnapshotReport {
  /** Format id, e.g. `consul`. */
  format: string;
  identity: NonNullable<Manifest['snapshot']>;
  /** Servers of the cluster's own configuration in the snapshot. */
  servers: { id: string; address: string; voter: boolean }[];
  stats: RecordStat[];
  /** Sum of all records' bytes. */
  totalSize: number;
  /** Records by name, plus what a restore check compares (e.g. `Service`, `Node`, `Check`). */
  counts: Record<string, number>;
  /** Format-specific facts a restore plan needs (e.g. the CA's cluster id). No secret in them. */
  facts: Record<string, string | number | boolean | string[]>;
  /** Plain, unencrypted bytes that were read. */
  contentBytes: number;
}

/**
 * Checks a snapshot while its bytes pass by. Push every chunk in order, then finish.
 * A damaged snapshot rejects `push` or `finish` with an error of area `snapshot`.
 */
export interface SnapshotChecker {
  push(chunk: Uint8Array): Promise<void>;
  /** Resolves only when the snapshot is whole: archive intact, checksums match, every record decoded. */
  finish(): Promise<SnapshotReport>;
  /** What could be read so far; for a damaged file. */
  partial(): SnapshotReport | Promise<SnapshotReport>;
  /** Lets go of what it holds; safe to call at any time. */
  destroy(): void;
}

export interface SnapshotFormat {
  id: string;
  title: string;
  /** File endings, with the dot. */
  endings: readonly string[];
  /** Its checker keeps nothing of a chunk once `push` has resolved: the memory may be used again. */
  borrows?: boolean;
  /** The bytes say which format they are of; this one is only assumed. */
  byBytes?: boolean;
  checker(): SnapshotChecker;
}
