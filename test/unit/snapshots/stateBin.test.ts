import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Crc64 } from '../../../src/snapshots/raft/crc64';
import { toInspectJson } from '../../../src/snapshots/raft/inspectOutput';
import { inspectStateBin } from '../../../src/snapshots/raft/stateBin';
import { metaFor, metaJson, type TestMeta } from '../../support/snapshots/archives';
import { mixedRecords, stateBin } from '../../support/snapshots/records';

function crcOf(bytes: Buffer): string {
  const crc = new Crc64();
  crc.update(bytes);
  return crc.digest().toString('base64');
}

describe("a server's own Raft folder", () => {
  const state = stateBin(mixedRecords());
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'raft-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function write(bytes: Buffer, meta: Partial<TestMeta> = {}): Promise<void> {
    await writeFile(join(folder, 'state.bin'), bytes);
    await writeFile(
      join(folder, 'meta.json'),
      metaJson(metaFor(state, { CRC: crcOf(state), ...meta })),
    );
  }

  it('has the CRC-64 of Go', () => {
    const crc = new Crc64();
    crc.update(Buffer.from('1234'));
    crc.update(Buffer.from('56789'));
    // The check value of CRC-64/XZ.
    assert.equal(crc.digest().toString('hex'), '995dc9bbdf1939fa');
    assert.equal(new Crc64().digest().toString('hex'), '0000000000000000');
  });

  it('reads like the snapshot it is', async () => {
    await write(state);
    const inspection = await inspectStateBin(folder, { kvDetails: true });
    assert.equal(inspection.report.totalSize, state.length);
    assert.equal(inspection.report.counts.KVS, 5);
    assert.equal(inspection.keys?.totalCount, 5);
    assert.match(toInspectJson(inspection), /"Index": 42/);
  });

  it('is refused when the CRC, the size or the folder is wrong', async () => {
    const flipped = Buffer.from(state);
    flipped[300] = (flipped[300] ?? 0) ^ 1;
    await write(flipped);
    await assert.rejects(inspectStateBin(folder), { code: 'snapshot.badChecksum' });
    await write(state.subarray(0, -5));
    await assert.rejects(inspectStateBin(folder), { code: 'snapshot.sizeMismatch' });
    await write(state, { CRC: null, Version: 'x' as never });
    await assert.rejects(inspectStateBin(folder), { code: 'snapshot.badMeta' });
    await rm(join(folder, 'meta.json'));
    await assert.rejects(inspectStateBin(folder), { code: 'snapshot.notRaftFolder' });
  });

  it('tells what it could read of a damaged one', async () => {
    const flipped = Buffer.from(state);
    flipped.fill(0xc1, state.length - 300);
    await write(flipped);
    const { damage, report } = await inspectStateBin(folder, { tolerant: true });
    assert.equal(damage?.code, 'snapshot.badChecksum');
    assert.ok(report.stats.length > 3);
  });

  it('of Nomad is named', async () => {
    await write(Buffer.from([0x80, 0, 0x80]), { Size: 3, CRC: null });
    await assert.rejects(inspectStateBin(folder), { code: 'snapshot.otherProduct' });
  });
});
