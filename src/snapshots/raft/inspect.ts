import type { Readable } from 'node:stream';
import { coreErrors, isClusterBackupError, throwIfCancelled, toErrorInfo } from '../../core/errors';
import type { ErrorInfo } from '../../core/errors';
import type { SnapshotReport } from '../../core/ports';
import { RaftChecker } from './checker';
import type { KeyIndex } from './keyIndex';
import { KeyStats, type KeyRows } from './keyStats';
import type { RaftMeta } from './meta';
import type { KeyListener } from './recordFacts';

/** Consul's own default for `-kvdepth`. */
export const DEFAULT_KEY_DEPTH = 2;

/** A cut or changed encrypted file fails while it is decrypted; what came before can still be told. */
const DAMAGE = /^(snapshot\.|openpgp\.damaged$)/;

export interface InspectOptions {
  /** Adds up keys by prefix. */
  kvDetails?: boolean;
  /** Parts of a key that make a row; default 2. */
  kvDepth?: number;
  /** Plain prefix of the keys to take. */
  kvFilter?: string;
  /** Filled with all keys on the way, for later questions. */
  keyIndex?: KeyIndex;
  /** Told of every key with the size of its record. */
  onKey?: KeyListener;
  signal?: AbortSignal;
  /** Told how many bytes of the file were taken. */
  onProgress?: (bytes: number) => void;
  /** A damaged file does not reject, but comes back with what could be read and `damage`. */
  tolerant?: boolean;
}

/** All that `consul snapshot inspect` tells, and the report of the check. Plain data. */
export interface Inspection {
  report: SnapshotReport;
  /** As meta.json has it, nothing rounded; undefined where a damaged file did not yield it. */
  meta: RaftMeta | undefined;
  /** Undefined unless `kvDetails` was asked. */
  keys: KeyRows | undefined;
  /** Set only with `tolerant`: what is wrong with the file. */
  damage: ErrorInfo | undefined;
}

/** What a reader of records tells while and after it reads. */
export interface RecordSource {
  readonly meta: RaftMeta | undefined;
  finish(): Promise<SnapshotReport>;
  partial(): SnapshotReport;
  push(chunk: Uint8Array): Promise<void>;
  destroy(): void;
}

/**
 * Reads a whole `.snap` and checks it on the way.
 * Throws errors of area `snapshot` for a damaged file (unless `tolerant`), `core.cancelled`, and what
 * the stream fails with.
 */
export function inspectStream(readable: Readable, options: InspectOptions = {}) {
  return inspectWith((onKey) => new RaftChecker(onKey), readable, options);
}

/** The same road for any reader of records. */
export async function inspectWith(
  open: (onKey: KeyListener | undefined) => RecordSource,
  readable: Readable,
  options: InspectOptions,
): Promise<Inspection> {
  const { kvDetails, kvDepth: depth = DEFAULT_KEY_DEPTH, kvFilter: filter = '' } = options;
  const stats = kvDetails ? new KeyStats({ depth, filter }) : undefined;
  const source = open(options.onKey ?? keyListener(stats, options.keyIndex));
  let damage: ErrorInfo | undefined;
  try {
    await feed(source, readable, options);
    await source.finish();
  } catch (error) {
    throwIfCancelled(options.signal);
    const isDamage = isClusterBackupError(error) && DAMAGE.test(error.code);
    if (!isDamage || !options.tolerant) throw error;
    damage = toErrorInfo(error);
  } finally {
    source.destroy();
    readable.destroy();
  }
  return { report: source.partial(), meta: source.meta, keys: stats?.result(), damage };
}

async function feed(
  source: RecordSource,
  readable: Readable,
  { signal, onProgress }: InspectOptions,
): Promise<void> {
  const stop = () => {
    source.destroy();
    readable.destroy(coreErrors.cancelled({ message: 'Cancelled.' }));
  };
  throwIfCancelled(signal);
  signal?.addEventListener('abort', stop, { once: true });
  try {
    let bytes = 0;
    for await (const chunk of readable) {
      const piece = chunk as Uint8Array;
      await source.push(piece);
      bytes += piece.length;
      onProgress?.(bytes);
    }
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

function keyListener(
  stats: KeyStats | undefined,
  index: KeyIndex | undefined,
): KeyListener | undefined {
  if (stats === undefined) return index?.add;
  return (buffer, start, end, size) => {
    stats.add(buffer, start, end, size);
    index?.add(buffer, start, end, size);
  };
}
