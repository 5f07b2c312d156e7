import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { toErrorInfo } from '../../../src/core/errors';
import type { SnapshotChecker } from '../../../src/core/ports';
import { consulFormat } from '../../../src/snapshots/raft/checker';
import { swarmFormat } from '../../../src/snapshots/swarm/checker';
import { threadedFormat } from '../../../src/workers/threadedFormat';
import { fixture } from '../../support/snapshots/fixtures';
import { swarmArchive, tarWith } from '../../support/snapshots/swarm';

const threaded = threadedFormat(consulFormat, join(__dirname, '../../../src/workers'));
const snap = fixture('consul-1.10-mixed.snap');

async function check(checker: SnapshotChecker, bytes: Buffer) {
  try {
    for (let at = 0; at < bytes.length; at += 500) await checker.push(bytes.subarray(at, at + 500));
    return { report: await checker.finish() };
  } catch (error) {
    return { code: toErrorInfo(error).code };
  } finally {
    checker.destroy();
  }
}

describe('a checker in a thread of its own', () => {
  it('reports what one in the same thread reports', async () => {
    const { report } = await check(threaded.checker(), snap);
    assert.equal(report?.counts.KVS, 40);
    assert.deepEqual({ report }, await check(consulFormat.checker(), snap));
  });

  it('refuses damage by the same error', async () => {
    const flipped = Buffer.from(snap);
    flipped[3000] = (flipped[3000] ?? 0) ^ 1;
    for (const bytes of [flipped, snap.subarray(0, 4000), Buffer.from('no snapshot')]) {
      const { code } = await check(threaded.checker(), bytes);
      assert.match(code ?? '', /^snapshot\./);
      assert.deepEqual({ code }, await check(consulFormat.checker(), bytes));
    }
  });

  it('checks many pieces whose memory is used again, and notices one byte', async () => {
    const swarm = threadedFormat(swarmFormat, join(__dirname, '../../../src/workers'));
    const tar = await tarWith([{ name: './big', content: randomBytes(24 << 20) }]);
    const archive = await swarmArchive({ volumes: [{ node: 'n', name: 'v', tar }] });
    const all = async (bytes: Buffer) => {
      const checker = swarm.checker();
      try {
        for (let at = 0; at < bytes.length; at += 70_001) {
          await checker.push(bytes.subarray(at, at + 70_001));
        }
        return await checker.finish();
      } finally {
        checker.destroy();
      }
    };
    const here = swarmFormat.checker();
    await here.push(archive);
    assert.deepEqual(await all(archive), await here.finish());
    const flipped = Buffer.from(archive);
    flipped[20 << 20] = (flipped[20 << 20] ?? 0) ^ 1;
    await assert.rejects(all(flipped), /SHA-256/);
  });

  it('tells what it has read when no more comes, and when it found damage', async () => {
    for (const bytes of [snap.subarray(0, 4000), Buffer.from('no snapshot at all')]) {
      const checker = threaded.checker();
      await checker.push(bytes);
      // How far the unpacking is by then is its own affair; the bytes are there.
      assert.equal((await checker.partial()).contentBytes, bytes.length);
      checker.destroy();
    }
  });

  it('rejects whoever waits when it is stopped', async () => {
    const checker = threaded.checker();
    await checker.push(snap.subarray(0, 1000));
    const finishing = assert.rejects(checker.finish());
    checker.destroy();
    await finishing;
  });
});
