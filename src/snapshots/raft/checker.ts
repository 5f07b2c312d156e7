import { coreErrors } from '../../core/errors';
import type { SnapshotChecker, SnapshotFormat, SnapshotReport } from '../../core/ports';
import { SnapshotArchive } from './archive';
import { Gunzip } from './gunzip';
import type { RaftMeta } from './meta';
import { RecordFacts, type KeyListener } from './recordFacts';
import { reportOf } from './report';
import { TarReader } from './tarReader';

/**
 * Checks a Consul snapshot in one pass and constant memory while its bytes go by: gzip, tar,
 * members, checksums, every record. Chunks are kept until they are unpacked: don't reuse them.
 */
export class RaftChecker implements SnapshotChecker {
  private readonly facts: RecordFacts;
  private readonly archive: SnapshotArchive;
  private readonly gunzip: Gunzip;
  private readonly tar: TarReader;
  private result: Promise<SnapshotReport> | undefined;

  /** @param onKey told of every key with the size of its record, in the snapshot's order */
  constructor(onKey?: KeyListener) {
    this.facts = new RecordFacts(onKey);
    this.archive = new SnapshotArchive(this.facts);
    this.tar = new TarReader(this.archive);
    this.gunzip = new Gunzip((piece) => this.tar.push(piece));
  }

  /** What meta.json says, with nothing rounded; undefined before it came. */
  get meta(): RaftMeta | undefined {
    return this.archive.meta;
  }

  push(chunk: Uint8Array): Promise<void> {
    return this.gunzip.push(chunk);
  }

  finish(): Promise<SnapshotReport> {
    return (this.result ??= this.complete());
  }

  partial(): SnapshotReport {
    return reportOf(this.meta, this.facts, this.archive.walked, this.gunzip.bytesIn);
  }

  destroy(): void {
    this.gunzip.destroy(coreErrors.cancelled({ message: 'The check was stopped.' }));
  }

  private async complete(): Promise<SnapshotReport> {
    await this.gunzip.finish();
    this.tar.finish();
    this.archive.finish();
    return this.partial();
  }
}

/** The format of `consul snapshot save`, Enterprise included. */
export const consulFormat: SnapshotFormat = {
  id: 'consul',
  title: 'Consul snapshot',
  endings: ['.snap'],
  checker: () => new RaftChecker(),
};
