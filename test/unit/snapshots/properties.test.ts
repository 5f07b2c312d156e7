import assert from 'node:assert/strict';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { membersOf, snapOf, tarOf } from '../../support/snapshots/archives';
import type { Value } from '../../support/snapshots/msgpack';
import { read } from '../../support/snapshots/reading';
import { encodeRecord, kv, mixedRecords, stateBin } from '../../support/snapshots/records';

const value: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
    fc.double(),
    fc.string({ unit: 'grapheme', maxLength: 300 }),
    fc.uint8Array({ maxLength: 300 }),
    fc.array(tie('value'), { maxLength: 20 }),
    fc.dictionary(fc.string({ maxLength: 40 }), tie('value'), { maxKeys: 20 }),
  ),
})).value;

const key = fc.uint8Array({ minLength: 1, maxLength: 200 }).map((bytes) => Buffer.from(bytes));
const record = fc.oneof(
  fc.record({ type: fc.integer({ min: 46, max: 255 }), value }),
  fc.record({ type: fc.constantFrom(3, 6, 13, 15, 16, 17, 22), value }),
  fc.tuple(key, fc.uint8Array({ maxLength: 2000 })).map(([k, v]) => kv(k, v)),
);
const pieceSizes = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 8 });

describe('whatever a snapshot holds', () => {
  it('every record is counted with all its bytes', async () => {
    const dialect = fc.constantFrom('old' as const, 'new' as const);
    await fc.assert(
      fc.asyncProperty(fc.array(record, { maxLength: 30 }), dialect, async (records, form) => {
        const state = stateBin(records, form);
        const { report, code, message } = await read(await snapOf(state));
        assert.equal(code, undefined, message);
        const counted = report?.stats.reduce((sum, row) => sum + row.count, 0);
        const bytes = report?.stats.reduce((sum, row) => sum + row.sum, 0);
        assert.equal(counted, records.length);
        assert.equal(bytes, records.length === 0 ? 0 : state.length);
        const keys = records.filter(({ type }) => type === 2);
        const keyBytes = keys.reduce((sum, one) => sum + encodeRecord(one, form).length, 0);
        const row = report?.stats.find(({ name }) => name === 'KVS');
        const header = records[0]?.type === 2 ? stateBin([]).length : 0;
        assert.equal(row?.sum ?? 0, keyBytes + header);
      }),
      { numRuns: 60 },
    );
  });

  it('the report does not depend on how the bytes are cut into pieces', async () => {
    const snap = await snapOf(stateBin(mixedRecords()));
    // Uncompressed, so that pieces of the file are pieces of the records, too.
    const stored = gzipSync(gunzipSync(snap), { level: 0 });
    const whole = await read(stored, [stored.length]);
    assert.ok(whole.report);
    await fc.assert(
      fc.asyncProperty(pieceSizes, async (sizes) => {
        const { report } = await read(stored, sizes);
        assert.deepEqual(report, whole.report);
      }),
      { numRuns: 25 },
    );
  });

  it('no change of a byte passes, unless nothing of the content changed', async () => {
    const snap = await snapOf(stateBin(mixedRecords()));
    const content = gunzipSync(snap);
    const change = fc.record({
      at: fc.nat({ max: snap.length - 1 }),
      to: fc.nat({ max: 255 }),
      sizes: pieceSizes,
    });
    await fc.assert(
      fc.asyncProperty(change, async ({ at, to, sizes }) => {
        const changed = Buffer.from(snap);
        changed[at] = to;
        const { report } = await read(changed, sizes);
        if (report) assert.ok(gunzipSync(changed).equals(content));
      }),
      { numRuns: 120 },
    );
  });

  it('no garbage in state.bin hangs or crashes the reader', async () => {
    const state = stateBin(mixedRecords());
    const change = fc.record({
      at: fc.nat({ max: state.length }),
      drop: fc.nat({ max: 20 }),
      put: fc.uint8Array({ maxLength: 40 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        let bytes = state;
        for (const { at, drop, put } of changes) {
          bytes = Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + drop)]);
        }
        const { report, code } = await read(await snapOf(bytes));
        if (report) assert.ok(report.totalSize <= bytes.length);
        else assert.match(code ?? '', /^snapshot\.(badRecord|otherProduct)$/);
      }),
      { numRuns: 150 },
    );
  });

  it('members may come in any order', async () => {
    const members = membersOf(stateBin(mixedRecords()));
    const orders = [
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ];
    for (const order of orders) {
      const shuffled = order.map((i) => members[i]).filter((member) => member !== undefined);
      const { code } = await read(gzipSync(await tarOf(shuffled)));
      assert.equal(code, undefined);
    }
  });
});
