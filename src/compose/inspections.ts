import type { ErrorInfo } from '../core/errors';
import type { Verification } from '../core/model';
import type { DecryptionSecrets, RunContext, SnapshotReport } from '../core/ports';
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
  inspectClose(p: { session: number }, c: RunContext): Promise<void>;
}

/** To be filled from the snapshot formats. */
export declare function createInspections(): Inspections;
