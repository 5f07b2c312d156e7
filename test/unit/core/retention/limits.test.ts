import assert from 'node:assert/strict';
import fc from 'fast-check';
import { forecast, present } from '../../../../src/core/retention/forecast';
import { displacedByAnother } from '../../../../src/core/retention/limits';

const HOUR = 3_600_000;
const NOW = Date.parse('2026-11-22T02:00:00Z');
const made = (id: string, hoursAgo: number, automated: boolean) => ({
  id,
  created: new Date(NOW - hoursAgo * HOUR).toISOString(),
  automated,
});

describe('Retention: what goes for one more backup made by hand', () => {
  it('by its limit the oldest made by hand, by that of all the oldest of all, each said', () => {
    const backups = [made('new', 1, false), made('auto', 9, true), made('old', 5, false)];
    const told = (manualCount?: number, maxBackups?: number) =>
      displacedByAnother(backups, {
        ...(manualCount === undefined ? {} : { manualCount }),
        ...(maxBackups === undefined ? {} : { maxBackups }),
      }).map(({ backup, by }) => `${backup.id} by ${by}`);
    assert.deepEqual(told(), []);
    assert.deepEqual(told(3, 4), []);
    assert.deepEqual(told(2), ['old by manualCount']);
    assert.deepEqual(told(2, 3), ['old by manualCount']);
    assert.deepEqual(told(3, 3), ['auto by maxBackups']);
    assert.deepEqual(told(1, 1), [
      'auto by maxBackups',
      'old by manualCount',
      'new by manualCount',
    ]);
  });

  it('one without a time that can be read counts as the oldest', () => {
    const backups = [made('a', 5, false), { id: 'b', created: 'some day', automated: false }];
    const [first] = displacedByAnother(backups, { manualCount: 2 });
    assert.equal(first?.backup.id, 'b');
  });

  it('is what the forecast says once it is there', () => {
    const backup = fc.record({ hours: fc.integer({ min: 1, max: 500 }), automated: fc.boolean() });
    fc.assert(
      fc.property(
        fc.uniqueArray(backup, { maxLength: 12, selector: ({ hours }) => hours }),
        fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined }),
        fc.option(fc.integer({ min: 1, max: 10 }), { nil: undefined }),
        (given, manualCount, maxBackups) => {
          const backups = given.map((one, at) => made(String(at), one.hours + 0.01, one.automated));
          const limits = {
            ...(manualCount === undefined ? {} : { manualCount }),
            ...(maxBackups === undefined ? {} : { maxBackups }),
          };
          const gone = displacedByAnother(backups, limits).map(({ backup: { id } }) => id);
          const now = new Date(NOW);
          // A schedule by which every automated one is still held.
          const policy = {
            ...limits,
            schedules: backups.some(({ automated }) => automated)
              ? [{ interval: '1h', count: 9999 }]
              : [],
          };
          const there = present(
            forecast(policy, [...backups, made('another', 0, false)], now, now),
            now,
          ).map(({ id }) => id);
          const expected = backups.map(({ id }) => id).filter((id) => !gone.includes(id));
          assert.deepEqual(there.sort(), [...expected, 'another'].sort());
        },
      ),
      { numRuns: 300 },
    );
  });
});
