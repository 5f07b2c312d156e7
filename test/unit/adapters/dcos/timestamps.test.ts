import assert from 'node:assert/strict';
import { newestFirst } from '../../../../src/adapters/dcos/hostedBackup';
import { fullTime } from '../../../../src/adapters/dcos/timestamps';

describe('DC/OS: times of nanoseconds', () => {
  it('keep all their digits, in UTC', () => {
    for (const [raw, full] of [
      ['2019-03-18T23:06:41.836197172Z', '2019-03-18T23:06:41.836197172Z'],
      ['2019-03-18T23:06:41.8Z', '2019-03-18T23:06:41.800000000Z'],
      ['2019-03-18T23:06:41Z', '2019-03-18T23:06:41.000000000Z'],
      ['2019-03-19T00:36:41.5+01:30', '2019-03-18T23:06:41.500000000Z'],
      ['2019-03-18 23:06:41.836197172 +0000 UTC', '2019-03-18T23:06:41.836197172Z'],
    ] as const) {
      assert.equal(fullTime(raw), full);
      assert.equal(new Date(full).toISOString().slice(0, 19), full.slice(0, 19));
    }
  });

  it('are none where they are none', () => {
    for (const raw of ['', 'yesterday', '2019-13-45T00:00:00Z', '0001-01-01T00:00:00Z']) {
      assert.equal(fullTime(raw), undefined, raw);
    }
  });

  it('sort by what a Date would cut off, whatever the number of digits', () => {
    const raws = [
      '2019-03-18T23:06:41.836197172Z',
      '2019-03-18T23:06:41.836197173Z',
      '2019-03-18T23:06:41.8361972Z',
      '2019-03-18T23:06:41Z',
      '2019-03-18T23:06:41.84Z',
      'no time',
      '2019-03-18T23:06:42.000000001+00:00',
    ];
    const sorted = newestFirst(raws.map((timestamp) => ({ timestamp })));
    assert.deepEqual(
      sorted.map(({ timestamp }) => raws.indexOf(timestamp)),
      [6, 4, 2, 1, 0, 3, 5],
    );
  });
});
