import { createHash, randomFillSync } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import { metaFor, metaJson } from './archives';
import { encodeRecord, kv, mixedRecords, stateBin } from './records';

export interface BigSnapshot {
  /** How many keys. */
  keys: number;
  /** Bytes of each value; half of them random, so that the whole compresses to about half. */
  valueBytes: number;
  /** Only what an old Consul can restore: keys and nothing else. */
  keysOnly?: boolean;
}

const KEYS_A_PIECE = 500;

/**
 * Writes a snapshot of many keys to a file, in little memory: twice through the records, since their
 * size and checksum stand before and behind them.
 */
export async function writeBigSnapshot(path: string, shape: BigSnapshot): Promise<void> {
  const statePath = `${path}.state`;
  const hash = createHash('sha256');
  let size = 0;
  const counted = async function* () {
    for (const piece of pieces(shape)) {
      hash.update(piece);
      size += piece.length;
      yield piece;
      await Promise.resolve();
    }
  };
  try {
    await pipeline(Readable.from(counted()), createWriteStream(statePath));
    const meta = metaJson(metaFor(Buffer.alloc(0), { Size: size }));
    const sums = Buffer.from(
      `${createHash('sha256').update(meta).digest('hex')}  meta.json\n${hash.digest('hex')}  state.bin\n`,
    );
    const tar = pack();
    const written = pipeline(tar, createGzip({ chunkSize: 256 * 1024 }), createWriteStream(path));
    tar.entry({ name: 'meta.json', mode: 0o600 }, meta);
    await new Promise<void>((resolve, reject) => {
      const done = (error?: Error | null) => {
        if (error) reject(error);
        else resolve();
      };
      const entry = tar.entry({ name: 'state.bin', mode: 0o600, size }, done);
      createReadStream(statePath, { highWaterMark: 256 * 1024 }).pipe(entry);
    });
    tar.entry({ name: 'SHA256SUMS', mode: 0o600 }, sums);
    tar.finalize();
    await written;
  } finally {
    await rm(statePath, { force: true });
  }
}

function* pieces({ keys, valueBytes, keysOnly }: BigSnapshot): Generator<Buffer> {
  yield stateBin(keysOnly ? [] : mixedRecords().slice(0, -1));
  const value = Buffer.alloc(valueBytes, 'compressible text, ');
  for (let from = 0; from < keys; from += KEYS_A_PIECE) {
    const records: Buffer[] = [];
    for (let i = from; i < Math.min(keys, from + KEYS_A_PIECE); i++) {
      randomFillSync(value, 0, valueBytes >>> 1);
      const team = String(Math.floor(i / 1000)).padStart(5, '0');
      records.push(encodeRecord(kv(`teams/${team}/services/config-${i}`, value)));
    }
    yield Buffer.concat(records);
  }
  yield encodeRecord({ type: 29, value: { ChunkMap: {} } });
}
