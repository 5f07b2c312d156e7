import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { inspectStream } from '../../src/snapshots/raft/inspect';
import { KeyIndex } from '../../src/snapshots/raft/keyIndex';
import { benchSnapshot, KEYS, KEYS_OF_LARGE } from '../support/snapshots/benchSnapshot';
import { answerMeasure, benchFolder, measure, sideBySide, type BenchRow } from './measure';

const READ_BYTES = 256 * 1024;
const MAX_MEMORY_MB = 200;

/**
 * Inspecting a snapshot (all record types, keys by prefix, all keys indexed) against no more than
 * unpacking and hashing it. With `--large` also a 1 GB file.
 */
export async function bench(): Promise<BenchRow[]> {
  const sizes = process.argv.includes('--large') ? [KEYS, KEYS_OF_LARGE] : [KEYS];
  const rows: BenchRow[] = [];
  for (const keys of sizes) rows.push(...(await benchOf(keys)));
  return rows;
}

async function benchOf(keys: number): Promise<BenchRow[]> {
  const path = await benchSnapshot(await benchFolder(), keys);
  const megabytes = Math.round((await stat(path)).size / 1e6);
  const what = `inspect ${keys.toLocaleString('en')} keys, ${megabytes} MB`;
  const { floor, ours } = await sideBySide(
    () => measure(__filename, 'floor', path),
    () => measure(__filename, 'inspect', path),
    keys === KEYS ? 5 : 1,
  );
  return [
    {
      what,
      floor: 'gunzip + SHA-256',
      floorValue: floor.ms,
      ours: ours.ms,
      unit: 'ms',
      atMost: 1.5,
    },
    {
      what: `${what}: peak memory`,
      floor: 'the limit',
      floorValue: MAX_MEMORY_MB,
      ours: ours.rss,
      unit: 'MB',
      atMost: 1,
    },
  ];
}

/** The fastest plain way there is: large reads, large pieces. */
async function floor(path: string): Promise<void> {
  const hash = createHash('sha256');
  const unpacked = createReadStream(path, { highWaterMark: READ_BYTES }).pipe(
    createGunzip({ chunkSize: READ_BYTES }),
  );
  unpacked.on('data', (piece: Buffer) => hash.update(piece));
  await new Promise((resolve, reject) => unpacked.on('end', resolve).on('error', reject));
  hash.digest();
}

async function inspect(path: string): Promise<void> {
  const readable = createReadStream(path, { highWaterMark: READ_BYTES });
  await inspectStream(readable, { kvDetails: true, keyIndex: new KeyIndex() });
}

void answerMeasure({
  floor: (path = '') => floor(path),
  inspect: (path = '') => inspect(path),
});
