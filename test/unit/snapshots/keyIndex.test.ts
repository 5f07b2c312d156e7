import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { inspectStream } from '../../../src/snapshots/raft/inspect';
import { KeyIndex } from '../../../src/snapshots/raft/keyIndex';
import { snapOf } from '../../support/snapshots/archives';
import { kv, stateBin } from '../../support/snapshots/records';

function indexOf(keys: readonly (string | Buffer)[], budget?: number): KeyIndex {
  const index = new KeyIndex(budget);
  for (const key of keys) {
    const bytes = Buffer.from(key as string);
    index.add(Buffer.concat([Buffer.from('##'), bytes, Buffer.from('#')]), 2, 2 + bytes.length, 10);
  }
  return index;
}

const rowsOf = (index: KeyIndex, depth: number, filter = '', limit?: number) =>
  index
    .query({ depth, filter, ...(limit !== undefined && { limit }) })
    ?.rows.map(({ name, count }) => `${name} ${count}`);

describe('the index of keys', () => {
  const keys = ['a', 'a/b', 'a/b/c', 'a/b/d', 'a/bc', 'b/', 'b//x', '/lead'];

  it('adds up by the first parts of a key', () => {
    const index = indexOf(keys);
    assert.deepEqual(rowsOf(index, 1), ['a 5', 'b 2', ' 1']);
    assert.deepEqual(rowsOf(index, 2), ['a/b 3', 'b/ 2', '/lead 1', 'a 1', 'a/bc 1']);
    assert.deepEqual(rowsOf(index, 0), [' 8']);
    assert.equal(rowsOf(index, 99)?.length, keys.length);
  });

  it('filters by plain prefix, not by parts', () => {
    assert.deepEqual(rowsOf(indexOf(keys), 2, 'a/b'), ['a/b 3', 'a/bc 1']);
    assert.deepEqual(rowsOf(indexOf(keys), 2, 'nothing'), []);
  });

  it('says what a limit leaves out', () => {
    const rows = indexOf(keys).query({ depth: 2, filter: '', limit: 2 });
    assert.equal(rows?.rows.length, 2);
    assert.equal(rows.totalRows, 5);
    assert.equal(rows.totalCount, 8);
    assert.equal(rows.totalSum, 80);
  });

  it('lets go of everything over its budget, and says so', () => {
    const index = indexOf(
      Array.from({ length: 100_000 }, (_, i) => `key/${i}`),
      2_000_000,
    );
    assert.equal(index.overBudget, true);
    assert.equal(index.byteLength, 0);
    assert.equal(index.query({ depth: 1, filter: '' }), undefined);
  });

  it('answers as a re-reading of the snapshot does, whatever the keys and their order', async () => {
    const part = fc.constantFrom('a', 'b', 'ab', '', 'ä', '\u{1d11e}', '\\', 'x'.repeat(300));
    const key = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'));
    const query = fc.record({
      depth: fc.nat({ max: 6 }),
      filter: fc.constantFrom('', 'a', 'a/', 'ä'),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(key, { maxLength: 40 }),
        query,
        async (names, { depth, filter }) => {
          const snap = await snapOf(stateBin(names.map((name) => kv(name, name))));
          const keyIndex = new KeyIndex();
          const options = { kvDetails: true, kvDepth: depth, kvFilter: filter, keyIndex };
          const { keys: read } = await inspectStream(Readable.from([snap]), options);
          assert.deepEqual(keyIndex.query({ depth, filter }), read);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('answers within 100 ms for 200,000 keys', () => {
    const names = Array.from(
      { length: 200_000 },
      (_, i) => `teams/${i % 5000}/service/config-${i}`,
    );
    const index = indexOf(names.sort());
    index.query({ depth: 1, filter: '' });
    // Processor time, so that a busy machine does not count.
    const started = process.cpuUsage();
    const rows = index.query({ depth: 2, filter: 'teams/', limit: 100 });
    const elapsed = process.cpuUsage(started).user / 1000;
    assert.equal(rows?.totalRows, 5000);
    assert.ok(elapsed < 100, `${elapsed} ms`);
  });
});
