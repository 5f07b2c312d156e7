import { randomInt } from 'node:crypto';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { coreErrors, isClusterBackupError, toErrorInfo } from '../core/errors';
import type { ErrorInfo } from '../core/errors';
import type { Verification } from '../core/model';
import { checkStored } from '../core/operations/verify';
import { openPlain } from '../core/operations/source';
import type { PlainSource, StoredSource } from '../core/operations/source';
import type { DecryptionSecrets, RunContext, SnapshotReport } from '../core/ports';
import { VERSION } from '../core/version';
import { detect, DETECT_HEAD_BYTES } from '../snapshots/detect';
import type { Inspection, InspectOptions } from '../snapshots/raft/inspect';
import type { KeyIndex } from '../snapshots/raft/keyIndex';
import type { KeyQuery as StatsQuery } from '../snapshots/raft/keyStats';
import type { KeyListener } from '../snapshots/raft/recordFacts';
import { encryptor, openSource } from './parts';
import type { SourceRef } from './parts';

/** What an opened snapshot shows. */
export interface InspectedSnapshot {
  /** For further questions about the same snapshot. */
  session: number;
  name: string;
  /** Bytes as stored. */
  size: number;
  encryption: { kind: 'none' | 'passphrase' | 'openpgp'; keyIds: string[] };
  /** What the bytes are: `consul`, or another product that was recognised and can't be read here. */
  product: { id: string; title: string };
  report: SnapshotReport;
  verification: Verification;
  /** Set for a damaged file: what is wrong with it. */
  error?: ErrorInfo;
}

export interface KeyQuery {
  /** Parts of the key, split at `/`, that make a row. */
  depth: number;
  /** Plain prefix; empty takes all. */
  filter: string;
  /** Rows at most. */
  limit: number;
  /** Order of the rows before the limit cuts them; larger first when left out. */
  sort?: { by: 'name' | 'count' | 'sum'; descending: boolean };
}

export interface KeyRows {
  rows: { name: string; count: number; sum: number }[];
  /** Rows there would be without the limit, and what all of them add up to. */
  totalRows: number;
  totalCount: number;
  totalSum: number;
}

/** Looking into snapshots, with the keys kept at hand for the next question. */
export interface Inspections {
  /** @throws `core.needsPassphrase`, `core.needsKey`, `openpgp.wrongPassphrase` */
  inspectOpen(
    p: { source: SourceRef; decryption: DecryptionSecrets },
    c: RunContext,
  ): Promise<InspectedSnapshot>;
  inspectKeys(p: { session: number; query: KeyQuery }, c: RunContext): Promise<KeyRows>;
  /** The very text that `consul snapshot inspect -format=json` prints; `kvDetails` adds the keys. */
  inspectJson(
    p: { session: number; kvDetails?: { depth: number; filter: string } | undefined },
    c: RunContext,
  ): Promise<string>;
  inspectClose(p: { session: number }, c: RunContext): Promise<void>;
}

interface Session {
  source: SourceRef;
  decryption: DecryptionSecrets;
  keys: KeyIndex;
  inspection: Inspection;
}

/** What one reading of a snapshot yields. */
interface Reading {
  inspection: Inspection;
  product: InspectedSnapshot['product'];
  encryption: InspectedSnapshot['encryption'];
}

/** Inspections of one thread; sessions live as long as it. */
export function createInspections(): Inspections {
  const sessions = new Map<number, Session>();
  // Threads come and go: an id of an ended one must not name another file in the next.
  let lastSession = randomInt(2 ** 40);
  const find = (id: number): Session => {
    const session = sessions.get(id);
    if (session === undefined) {
      throw coreErrors.unknownBackup({
        message: 'This snapshot is not open any more.',
        next: 'Open it again.',
      });
    }
    return session;
  };
  const ask = async (session: Session, query: StatsQuery, context: RunContext) => {
    const rows = session.keys.query(query);
    if (rows !== undefined) return rows;
    // More keys than are kept at hand: read again, for this question.
    const { KeyStats } = await import('../snapshots/raft/keyStats');
    const stats = new KeyStats(query);
    const onKey: KeyListener = (buffer, start, end, size) => stats.add(buffer, start, end, size);
    await read(session.source, session.decryption, { onKey }, context);
    return stats.result();
  };

  return {
    async inspectOpen({ source, decryption }, context) {
      const { KeyIndex } = await import('../snapshots/raft/keyIndex');
      const keys = new KeyIndex();
      const stored = await openSource(source, context.log);
      const { inspection, product, encryption } = await read(
        source,
        decryption,
        { keyIndex: keys },
        context,
      );
      const session = ++lastSession;
      sessions.set(session, { source, decryption, keys, inspection });
      const { damage, report } = inspection;
      const at = context.clock.now().toISOString();
      return {
        session,
        name: stored.name,
        size: stored.size,
        encryption,
        product,
        report,
        verification:
          damage === undefined
            ? { at, by: VERSION, result: 'ok' }
            : { at, by: VERSION, result: 'damaged', code: damage.code, message: damage.message },
        ...(damage === undefined ? {} : { error: damage }),
      };
    },

    inspectKeys: ({ session, query }, context) => ask(find(session), query, context),

    async inspectJson({ session: id, kvDetails }, context) {
      const session = find(id);
      const { toInspectJson } = await import('../snapshots/raft/inspectOutput');
      if (kvDetails === undefined) return toInspectJson(session.inspection);
      const keys = await ask(session, kvDetails, context);
      return toInspectJson({ ...session.inspection, keys });
    },

    inspectClose({ session }) {
      sessions.delete(session);
      return Promise.resolve();
    },
  };
}

/** Reads a source to its end, whatever product it is of; damage is part of the result. */
async function read(
  ref: SourceRef,
  decryption: DecryptionSecrets,
  options: InspectOptions,
  context: RunContext,
): Promise<Reading> {
  const stored = await openSource(ref, context.log);
  const plain = await openPlain(stored, await encryptor(), decryption, context, 'Reading');
  try {
    const { head, stream } = await peek(plain.stream);
    const { id, title } = detect(head, stored.name);
    const product = { id, title };
    const { inspectStream } = await import('../snapshots/raft/inspect');
    const all = { ...options, tolerant: true, signal: context.signal };
    if (id === 'consulState' && ref.kind === 'file') {
      stream.destroy();
      const { inspectStateBin } = await import('../snapshots/raft/stateBin');
      const inspection = await inspectStateBin(dirname(ref.path), all);
      return { inspection, product, encryption: plain.encryption };
    }
    const inspection = await inspectStream(stream, all);
    return {
      inspection: withStoredCheck(inspection, stored, plain),
      product,
      encryption: plain.encryption,
    };
  } finally {
    plain.stream.destroy();
  }
}

/** A file that reads well may still not be the one that was written. */
function withStoredCheck(
  inspection: Inspection,
  stored: StoredSource,
  plain: PlainSource,
): Inspection {
  if (inspection.damage !== undefined) return inspection;
  try {
    checkStored(stored, plain.storedSha256(), plain.storedBytes());
    return inspection;
  } catch (error) {
    if (!isClusterBackupError(error)) throw error;
    return { ...inspection, damage: toErrorInfo(error) };
  }
}

/** The first bytes of a stream, and a stream that still has them. */
async function peek(source: Readable): Promise<{ head: Buffer; stream: Readable }> {
  const iterator = (source as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  while (bytes < DETECT_HEAD_BYTES) {
    const next = await iterator.next();
    if (next.done) break;
    chunks.push(next.value);
    bytes += next.value.length;
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    yield* chunks;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
      yield next.value;
    }
  }
  const stream = Readable.from(all());
  stream.once('close', () => source.destroy());
  return { head: Buffer.concat(chunks).subarray(0, DETECT_HEAD_BYTES), stream };
}
