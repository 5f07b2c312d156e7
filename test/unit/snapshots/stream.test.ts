import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { consulFormat } from '../../../src/snapshots/raft/checker';
import { inspectStream } from '../../../src/snapshots/raft/inspect';
import { snapOf, tarHeader } from '../../support/snapshots/archives';
import { encodeRecord, kv, stateBin } from '../../support/snapshots/records';

describe('a snapshot on its way', () => {
  let snap: Buffer = Buffer.alloc(0);
  before(async () => {
    const records = Array.from({ length: 3000 }, (_, i) => kv(`k/${i}`, randomBytes(1000)));
    snap = await snapOf(stateBin(records));
  });

  it('stops when it is cancelled, and lets go of the stream', async () => {
    const controller = new AbortController();
    let given = 0;
    const endless = Readable.from(
      (function* () {
        for (let at = 0; at < snap.length; at += 10_000) {
          given = at;
          yield snap.subarray(at, at + 10_000);
        }
      })(),
    );
    const onProgress = (bytes: number) => {
      if (bytes > 500_000) controller.abort();
    };
    const { signal } = controller;
    await assert.rejects(inspectStream(endless, { signal, onProgress }), {
      code: 'core.cancelled',
    });
    assert.ok(endless.destroyed);
    assert.ok(given < snap.length / 2);
  });

  it('passes on what the stream fails with', async () => {
    const failing = Readable.from(
      (function* () {
        yield Buffer.from([0x1f, 0x8b]);
        throw new Error('the disk is gone');
      })(),
    );
    await assert.rejects(inspectStream(failing, { tolerant: true }), {
      message: 'the disk is gone',
    });
  });

  it('holds the sender back instead of filling memory', async () => {
    const checker = consulFormat.checker();
    const pushing = checker.push(snap);
    let done = false;
    void pushing.then(() => (done = true));
    await Promise.resolve();
    assert.equal(done, false);
    await pushing;
    await checker.finish();
    checker.destroy();
  });

  it('refuses more bytes once it is refused, and may be destroyed at any time', async () => {
    const checker = consulFormat.checker();
    await assert.rejects(
      (async () => {
        for (let i = 0; i < 100; i++) await checker.push(Buffer.from('no snapshot at all'));
        await checker.finish();
      })(),
      { code: 'snapshot.notGzip' },
    );
    await assert.rejects(checker.push(Buffer.from('x')), { code: 'snapshot.notGzip' });
    checker.destroy();

    const other = consulFormat.checker();
    const pushing = other.push(snap);
    other.destroy();
    await assert.rejects(pushing, { code: 'core.cancelled' });
    await assert.rejects(other.finish(), { code: 'core.cancelled' });
  });

  it('is refused when it unpacks to absurd size, and takes no memory on the way', async () => {
    // A member that states 8 TB; then 8 MB of records in a few kilobytes, over and over.
    const head = Buffer.concat([await tarHeader('state.bin', 8 * 1024 ** 4), stateBin([])]);
    const record = encodeRecord(kv('k', Buffer.alloc(500_000)));
    const block = gzipSync(Buffer.concat(Array.from({ length: 16 }, () => record)));
    const bomb = Readable.from(
      (function* () {
        yield gzipSync(head);
        for (;;) yield block;
      })(),
    );
    const before = process.memoryUsage().rss;
    await assert.rejects(inspectStream(bomb), { code: 'snapshot.tooLarge' });
    assert.ok(process.memoryUsage().rss - before < 150 * 1024 ** 2);
  });
});
