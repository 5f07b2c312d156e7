import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { paced } from '../../../src/core/operations/paced';
import type { Pacer } from '../../../src/core/operations/paced';
import type { StoredSource } from '../../../src/core/operations/source';
import { fails } from './fakes';

/** Time that goes on only while somebody sleeps. */
class FakePacer implements Pacer {
  time = 0;
  slept: number[] = [];
  now = () => this.time;
  sleep = (milliseconds: number) => {
    this.slept.push(milliseconds);
    this.time += milliseconds;
    return Promise.resolve();
  };
}

function sourceOf(chunks: readonly Uint8Array[]): StoredSource & { taken: () => number } {
  let taken = 0;
  function* all() {
    for (const chunk of chunks) {
      taken += chunk.length;
      yield chunk;
    }
  }
  const size = chunks.reduce((sum, { length }) => sum + length, 0);
  return {
    name: 'a',
    size,
    open: () => Promise.resolve(Readable.from(all(), { highWaterMark: 1 })),
    taken: () => taken,
  };
}

describe('a paced source', () => {
  const none = new AbortController().signal;

  it('gives the same bytes, and never more by a time than the rate allows', async () => {
    const bytes = Buffer.from(Array.from({ length: 1_000_000 }, (_, i) => (i * 7) % 251));
    const source = sourceOf([bytes.subarray(0, 700_000), bytes.subarray(700_000)]);
    const pacer = new FakePacer();
    const rate = 100_000;
    const got: Uint8Array[] = [];
    let arrived = 0;
    const stream = await paced(source, rate, none, pacer).open();
    for await (const piece of stream as AsyncIterable<Uint8Array>) {
      got.push(piece);
      arrived += piece.length;
      // One piece may be on its way beyond what its time has allowed, and one waits behind it.
      assert.ok(
        arrived <= (pacer.time / 1000) * rate + (2 * rate) / 4,
        `${arrived} by ${pacer.time}`,
      );
    }
    assert.deepEqual(Buffer.concat(got), bytes);
    assert.ok(
      pacer.time >= 9_500 && pacer.time <= 10_500,
      `${pacer.time} ms for ten seconds' worth`,
    );
  });

  it('lets a reader that was slow for a while not catch up', async () => {
    const source = sourceOf(Array.from({ length: 40 }, () => Buffer.alloc(25_000)));
    const pacer = new FakePacer();
    const stream = await paced(source, 100_000, none, pacer).open();
    let count = 0;
    let slept = 0;
    for await (const _ of stream as AsyncIterable<Uint8Array>) {
      count += 1;
      if (count === 10) {
        // The reader itself takes an hour.
        slept = pacer.slept.length;
        pacer.time += 3_600_000;
      }
    }
    // All that came after the pause, but for what was already read and the one that was overdue, was waited for.
    assert.ok(pacer.slept.length - slept >= 40 - 10 - 4, `${pacer.slept.length - slept} waits`);
  });

  it('reads no further than it is asked', async () => {
    const source = sourceOf(Array.from({ length: 100 }, () => Buffer.alloc(10_000)));
    const stream = await paced(source, 40_000, none, new FakePacer()).open();
    const pieces = (stream as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
    await pieces.next();
    assert.ok(source.taken() <= 60_000, String(source.taken()));
    stream.destroy();
  });

  it('ends a wait, and the reading, when it is cancelled', async () => {
    const source = sourceOf([Buffer.alloc(1_000_000)]);
    const stop = new AbortController();
    // A real wait: at this rate it would take three months.
    const stream = await paced(source, 0.1, stop.signal).open();
    let arrived = 0;
    const reading = (async () => {
      for await (const piece of stream as AsyncIterable<Uint8Array>) {
        arrived += piece.length;
        stop.abort();
      }
    })();
    await fails(reading, 'core.cancelled');
    assert.ok(arrived < 20_000);
  });
});
