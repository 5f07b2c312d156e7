import assert from 'node:assert/strict';
import { backupRow, newestFirst, runningRow } from '../../../../src/adapters/upsun/backupRows';
import {
  activitySchema,
  backupSchema,
  environmentSchema,
} from '../../../../src/adapters/upsun/wire';
import { atText } from '../../../../src/adapters/upsun/times';

const told = {
  id: '5ouvtgo4v75axijww7sqnftste',
  created_at: '2026-08-15T09:48:58.123456+00:00',
  updated_at: '2026-08-15T09:50:00+00:00',
  attributes: { reason: 'before the merge' },
  status: 'CREATED',
  expires_at: null,
  index: null,
  commit_id: 'abc123',
  environment: 'main',
  safe: true,
  size_of_volumes: 4096,
  size_used: 1024,
  deployment: 'dep1',
  restorable: true,
  automated: false,
};
const row = (more: Record<string, unknown> = {}) =>
  backupRow(
    backupSchema.parse({ ...told, ...more }),
    environmentSchema.parse({ id: 'main', title: 'The shop', type: 'production' }),
  );
const fact = (from: ReturnType<typeof row>, name: string) =>
  from.facts.find(([each]) => each === name)?.[1];

describe('Upsun: a backup in the words of all systems', () => {
  it('has all that the platform tells', () => {
    const { facts, ...rest } = row({ later: { field: 1 } });
    assert.deepEqual(rest, {
      id: told.id,
      name: told.id,
      group: 'main',
      state: 'ready',
      stateText: 'CREATED',
      automated: false,
      mode: 'consistent',
      restore: true,
      created: told.created_at,
    });
    assert.deepEqual(facts, [
      ['Title of environment', 'The shop'],
      ['Type of environment', 'production'],
      ['Mode', 'consistent'],
      ['Restorable', 'yes'],
      ['Status', 'CREATED'],
      ['Expires', 'never by itself'],
      ['Commit', 'abc123'],
      ['Deployment', 'dep1'],
      ['Size of volumes', '4096 (the platform states no unit)'],
      ['Size used', '1024 (the platform states no unit)'],
      ['Changed', atText(told.updated_at)],
      ['Attribute reason', 'before the merge'],
      ['later', '{"field":1}'],
    ]);
  });

  it('tells one of the schedule', () => {
    const one = row({ automated: true, safe: false, index: 3, expires_at: '2026-08-17T00:00:00Z' });
    assert.equal(one.automated, true);
    assert.equal(fact(one, 'Mode'), 'live');
    assert.equal(fact(one, 'Index'), '3');
    assert.equal(one.mode, 'live');
    assert.equal(one.expires, '2026-08-17T00:00:00Z');
    assert.equal(fact(one, 'Expires'), '2026-08-17 00:00 UTC');
  });

  it('can’t be restored when it goes, when the platform says so, or in a state that is not known', () => {
    assert.equal(row({ status: 'DELETING' }).state, 'deleting');
    assert.equal(row({ status: 'DELETING' }).restore, 'It is being deleted.');
    assert.equal(row({ restorable: false }).state, 'ready');
    assert.match(String(row({ restorable: false }).restore), /can not be restored/);
    const odd = row({ status: 'ARCHIVED' });
    assert.deepEqual([odd.state, odd.stateText], ['unknown', 'ARCHIVED']);
    assert.match(String(odd.restore), /ARCHIVED/);
  });

  it('bears a platform that tells little', () => {
    const one = backupRow(backupSchema.parse({ id: 'x' }), 'main');
    assert.equal(one.state, 'unknown');
    assert.equal(one.bytes, undefined);
    assert.equal(fact(one, 'Size used'), 'not said');
  });

  it('is told as being restored while an activity does that', () => {
    const activity = activitySchema.parse({
      id: 'a',
      type: 'environment.restore',
      state: 'pending',
    });
    const one = backupRow(backupSchema.parse(told), 'main', activity);
    assert.deepEqual([one.state, one.stateText], ['restoring', 'pending']);
    assert.equal(one.restore, 'It is being restored.');
  });

  it('is shown while it is made, by its activity', () => {
    const one = runningRow(
      activitySchema.parse({
        id: 'act1',
        type: 'environment.backup',
        state: 'in_progress',
        completion_percent: 40,
        environments: ['feature/x'],
        created_at: '2026-11-22T02:00:00Z',
        payload: { backup_name: 'new1' },
      }),
    );
    assert.deepEqual([one.id, one.group, one.state], ['new1', 'feature/x', 'inProgress']);
    assert.equal(one.restore, 'It is not finished.');
    assert.deepEqual(
      one.facts.find(([name]) => name === 'Done'),
      ['Done', '40 %'],
    );
  });

  it('is listed newest first, whatever zone its time is in', () => {
    const at = (id: string, created_at: string) => row({ id, created_at });
    const sorted = newestFirst([
      at('old', '2026-11-20T23:30:00+00:00'),
      at('new', '2026-11-21T00:30:00+00:00'),
      at('middle', '2026-11-21T01:00:00+01:00'),
    ]);
    assert.deepEqual(
      sorted.map(({ id }) => id),
      ['new', 'middle', 'old'],
    );
  });
});
