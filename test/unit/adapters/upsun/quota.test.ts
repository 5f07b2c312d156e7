import assert from 'node:assert/strict';
import { forecast, mayGo, quotaLine } from '../../../../src/adapters/upsun/quota';
import { backupSchema, keptSchema } from '../../../../src/adapters/upsun/wire';

const backup = (id: string, day: number, more: Record<string, unknown> = {}) =>
  backupSchema.parse({
    id,
    created_at: `2026-11-${String(day).padStart(2, '0')}T10:00:00+00:00`,
    status: 'CREATED',
    automated: false,
    restorable: true,
    ...more,
  });
const kept = (manual: number | undefined, all?: number) =>
  keptSchema.parse({
    data_retention: {
      production: {
        ...(all === undefined ? {} : { max_backups: all }),
        ...(manual === undefined ? {} : { default_config: { manual_count: manual, schedule: [] } }),
      },
    },
  });

describe('Upsun: which backup goes for a further one', () => {
  // Not in the order of their age, as a listing may be.
  const three = [backup('b', 2), backup('a', 1), backup('c', 3)];

  it('is the oldest one made by hand, at the limit and above', () => {
    for (const limit of [1, 2, 3]) {
      const seen = forecast(three, kept(limit), 'production');
      assert.equal(seen.kind, 'evicts');
      assert.equal(mayGo(seen)[0]?.id, 'a');
      const line = quotaLine(seen, 'main');
      assert.equal(line.severity, 'warning');
      assert.equal(line.code, 'upsun.evicts');
      assert.ok(line.title.includes('backup a (2026-11-01 10:00 UTC)'), line.title);
      assert.equal(line.destructive, true);
    }
  });

  it('is more than one where the limit was lowered', () => {
    const seen = forecast(three, kept(2), 'production');
    assert.deepEqual(
      mayGo(seen).map(({ id }) => id),
      ['a', 'b'],
    );
    const line = quotaLine(seen, 'main');
    assert.match(line.title, /backup a \(.*\) and 1 more of main/);
    assert.match(line.detail ?? '', /backup b \(/);
  });

  it('is none below it', () => {
    const seen = forecast(three, kept(4), 'production');
    assert.deepEqual(seen, { kind: 'fits', manual: 3, limit: 4 });
    assert.deepEqual(mayGo(seen), []);
    assert.equal(quotaLine(seen, 'main').severity, 'info');
    assert.match(quotaLine(seen, 'main').detail ?? '', /3 of 4/);
  });

  it('is none of the schedule’s, and none that is going already', () => {
    const others = [
      backup('auto', 1, { automated: true }),
      backup('going', 1, { status: 'DELETING' }),
      ...three,
    ];
    assert.equal(forecast(others, kept(4), 'production').kind, 'fits');
    assert.equal(mayGo(forecast(others, kept(3), 'production'))[0]?.id, 'a');
  });

  it('is the oldest of all, whoever made it, where the limit of all backups is reached', () => {
    const automated = [1, 2, 3].map((day) =>
      backup(`auto${day}`, day, {
        automated: true,
        // One moment, told in another zone than the others: as text it would be the newest.
        created_at: `2026-11-0${day}T11:00:00+02:00`,
      }),
    );
    const all = [...automated, ...three];
    const seen = forecast(all, kept(9, 6), 'production');
    assert.equal(seen.kind, 'evicts');
    assert.deepEqual(
      mayGo(seen).map(({ id }) => id),
      ['auto1'],
    );
    const { detail = '', destructive } = quotaLine(seen, 'main');
    assert.match(detail, /6 backups of all kinds .* holds 6\..* is our reading\./);
    assert.equal(destructive, true);
    assert.equal(forecast(all, kept(9, 7), 'production').kind, 'fits');
  });

  it('both limits: what goes by the one makes room for the other', () => {
    const auto = backup('auto', 1, { automated: true, created_at: '2026-10-31T00:00:00+00:00' });
    const ids = (manual: number, all: number) =>
      mayGo(forecast([...three, auto], kept(manual, all), 'production')).map(({ id }) => id);
    assert.deepEqual(ids(3, 4), ['a']);
    assert.deepEqual(ids(3, 3), ['auto', 'a']);
    assert.deepEqual(ids(4, 4), ['auto']);
    const line = quotaLine(forecast([...three, auto], kept(3, 3), 'production'), 'main');
    assert.match(line.detail ?? '', /keeps 3 backups made by hand .* keeps 3 backups of all kinds/);
  });

  it('is not known without a policy for that type: it says so, and names the first to go', () => {
    for (const settings of [kept(1), keptSchema.parse({ data_retention: null }), undefined]) {
      const seen = forecast(three, settings, 'staging');
      assert.equal(seen.kind, 'unknown');
      assert.equal(mayGo(seen)[0]?.id, 'a');
      const line = quotaLine(seen, 'stage');
      assert.equal(line.severity, 'warning');
      assert.match(line.title, /may take the place of backup a/);
      assert.match(line.title, /does not say/);
    }
    // The smallest plan keeps two.
    const one = forecast([backup('a', 1)], undefined, 'staging');
    assert.deepEqual(mayGo(one), []);
    assert.equal(quotaLine(one, 'stage').severity, 'info');
  });

  it('is none where none is there; a policy that keeps none is told', () => {
    assert.equal(forecast([], kept(2), 'production').kind, 'fits');
    const none = forecast([], kept(0), 'production');
    assert.equal(none.kind, 'keepsNone');
    assert.equal(quotaLine(none, 'main').severity, 'warning');
  });
});
