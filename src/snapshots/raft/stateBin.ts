import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { SnapshotReport } from '../../core/ports';
import { snapshotErrors } from '../snapshotErrors';
import { Crc64 } from './crc64';
import type { InspectOptions, Inspection, RecordSource } from './inspect';
import { inspectWith } from './inspect';
import { MAX_META_BYTES, parseMeta, type RaftMeta } from './meta';
import { RecordFacts, type KeyListener } from './recordFacts';
import { reportOf } from './report';
import { StateReader } from './stateReader';

const READ_BYTES = 512 * 1024;

/**
 * Reads one snapshot of a server's own `raft/snapshots/<id>` folder: `state.bin` with the
 * `meta.json` beside it, whose CRC is checked (hashicorp/raft file_snapshot.go).
 *
 * Throws `snapshot.notRaftFolder`, `snapshot.badMeta`, `snapshot.sizeMismatch`, `snapshot.badChecksum`,
 * `snapshot.badRecord`, `snapshot.otherProduct`, `core.cancelled`. With `tolerant`, see `inspectStream`.
 */
export async function inspectStateBin(
  folder: string,
  options: InspectOptions = {},
): Promise<Inspection> {
  const path = join(folder, 'state.bin');
  const [meta, size] = await Promise.all([readMeta(join(folder, 'meta.json')), sizeOf(path)]);
  const readable = createReadStream(path, { highWaterMark: READ_BYTES });
  return inspectWith((onKey) => new StateBinReader(meta, size, onKey), readable, options);
}

class StateBinReader implements RecordSource {
  private readonly facts: RecordFacts;
  private readonly state: StateReader;
  private readonly crc = new Crc64();
  private taken = 0;
  private failure: Error | undefined;

  constructor(
    readonly meta: RaftMeta,
    private readonly size: number,
    onKey: KeyListener | undefined,
  ) {
    this.facts = new RecordFacts(onKey);
    this.state = new StateReader(this.facts, size);
  }

  push(chunk: Uint8Array): Promise<void> {
    const piece = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.taken += piece.length;
    this.crc.update(piece);
    try {
      if (this.failure === undefined) this.state.push(piece, 0, piece.length);
    } catch (error) {
      // Told at the end: a wrong CRC is the better word for it.
      this.failure = error as Error;
    }
    return Promise.resolve();
  }

  finish(): Promise<SnapshotReport> {
    return new Promise((resolve) => {
      this.compare();
      if (this.failure) throw this.failure;
      this.state.finish();
      resolve(this.partial());
    });
  }

  partial(): SnapshotReport {
    return reportOf(this.meta, this.facts, this.state.walked, this.taken);
  }

  destroy(): void {
    // Holds nothing but memory.
  }

  private compare(): void {
    if (this.meta.size !== this.taken || this.size !== this.taken) {
      throw snapshotErrors.sizeMismatch({
        message: `meta.json states ${this.meta.size} bytes of records, state.bin holds ${this.taken}.`,
      });
    }
    const { crc } = this.meta;
    if (crc === undefined || crc === this.crc.digest().toString('base64')) return;
    throw snapshotErrors.badChecksum({
      message: 'state.bin does not match the CRC in meta.json beside it.',
      cause: this.failure,
    });
  }
}

async function readMeta(path: string): Promise<RaftMeta> {
  if ((await sizeOf(path)) > MAX_META_BYTES) {
    throw snapshotErrors.tooLarge({ message: 'meta.json beside the state.bin is over 1 MB.' });
  }
  return parseMeta(await readFile(path));
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (cause) {
    throw snapshotErrors.notRaftFolder({
      message: `${path} can't be read: a Raft snapshot is a folder with meta.json and state.bin.`,
      cause,
    });
  }
}
