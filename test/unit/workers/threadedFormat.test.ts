import assert from 'node:assert/strict';
import { join } from 'node:path';
import { toErrorInfo } from '../../../src/core/errors';
import type { SnapshotChecker } from '../../../src/core/ports';
import { consulFormat } from '../../../src/snapshots/raft/checker';
import { threadedFormat } from '../../../src/workers/threadedFormat';
import { fixture } from '../../support/snapshots/fixtures';

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
