import assert from 'node:assert/strict';
import fc from 'fast-check';
import { indexesByAge, olderFirst } from '../../../../src/core/retention/order';

describe('Retention: the order of backups', () => {
  it('is that of a plain sort, also of times too far apart to be packed with their index', () => {
    const created = fc.oneof(
      fc.integer({ min: 0, max: 3 }),
      fc.constantFrom(-8.64e15, 8.64e15),
      fc.integer({ min: -8.64e15, max: 8.64e15 }),
    );
    const run = (times: number[]) => {
      const all = times.map((time, at) => ({ id: `b${(at * 7) % 11}`, created: time }));
      const sorted = indexesByAge(all).map((index) => all[index]);
      assert.deepEqual(sorted, [...all].sort(olderFirst));
    };
    fc.assert(fc.property(fc.array(created, { maxLength: 11 }), run), { numRuns: 500 });
  });
});
