import assert from 'node:assert/strict';
import { LogReader } from '../../../../src/adapters/upsun/activityLog';

const line = (id: string | undefined, message: string) =>
  `${JSON.stringify({ ...(id === undefined ? {} : { _id: id }), data: { timestamp: '2026-11-22T02:00:00Z', message } })}\n`;
const SEAL = `${JSON.stringify({ _id: 'z', seal: true, data: { timestamp: '2026-11-22T02:00:00Z', message: '' } })}\n`;

describe('Upsun: the log of an activity', () => {
  it('is read in pieces of any size', () => {
    const text = line('1', 'Backing up täglich\n') + line('2', 'Done\n') + SEAL;
    for (const size of [1, 7, 1000]) {
      const reader = new LogReader();
      const told: string[] = [];
      for (let at = 0; at < text.length; at += size) {
        told.push(...reader.push(text.slice(at, at + size)));
      }
      assert.deepEqual(told, ['Backing up täglich\n', 'Done\n']);
      assert.equal(reader.isSealed(), true);
    }
  });

  it('told again from its beginning, repeats nothing', () => {
    const reader = new LogReader();
    assert.deepEqual(reader.push(line('1', 'a') + line('2', 'b')), ['a', 'b']);
    // Cut off in the middle of a line.
    assert.deepEqual(reader.push(line('3', 'c').slice(0, 20)), []);
    assert.equal(reader.isSealed(), false);
    reader.again();
    const all = line('1', 'a') + line('2', 'b') + line('3', 'c') + SEAL;
    assert.deepEqual(reader.push(all), ['c']);
    assert.equal(reader.isSealed(), true);
  });

  it('does so without ids too, by counting', () => {
    const reader = new LogReader();
    assert.deepEqual(reader.push(line(undefined, 'x') + line(undefined, 'x')), ['x', 'x']);
    reader.again();
    assert.deepEqual(reader.push(line(undefined, 'x')), []);
    reader.again();
    const more = [1, 2, 3].map(() => line(undefined, 'x')).join('');
    assert.deepEqual(reader.push(more), ['x']);
  });

  it('is not disturbed by what is no log', () => {
    const reader = new LogReader();
    assert.deepEqual(reader.push('<html>\n\n[1,2]\n"text"\n{"data":7}\n{"_id":1}\n'), []);
    assert.equal(reader.isSealed(), false);
    assert.deepEqual(reader.push(line('5', 'still there')), ['still there']);
  });
});
