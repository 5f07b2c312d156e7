import assert from 'node:assert/strict';
import type { PruneItem, PrunePlan } from '../../../src/core/operations/prune';
import type { RetentionStop } from '../../../src/core/retention/decide';
import {
  countText,
  doneText,
  goText,
  goingOf,
  itemName,
  named,
  narrowed,
  nothingText,
  planText,
} from '../../../src/vscode/commands/pruneWords';
import { timeText } from '../../../src/vscode/text';

const STOP: RetentionStop = {
  code: 'newestUnverified',
  text: 'The newest backup was never checked.',
  next: 'Verify it.',
};

/** @param day in May; also tells how big it is: so many KB */
function item(day: number, fields: Partial<PruneItem> = {}): PruneItem {
  const created = `2026-05-${String(day).padStart(2, '0')}T10:00:00.000Z`;
  const held = { keep: true, holds: ['1d'], why: 'held by 1d' };
  return { id: `d${day}`, file: `d${day}.snap`, created, bytes: day * 1024, ...held, ...fields };
}

const goes = { keep: false, holds: [], why: 'older than the newest 2 of 1d' };

function plan(items: PruneItem[], fields: Partial<PrunePlan> = {}): PrunePlan {
  const frees = items.reduce((sum, { keep, bytes }) => sum + (keep ? 0 : bytes), 0);
  const at = '2026-05-09T10:00:00.000Z';
  return { cluster: 'prod', at, policy: {}, items, frees, ...fields };
}

const mixed = plan([item(4), item(3), item(2, goes), item(1, { ...goes, label: 'Before v2' })]);

describe('The words of a prune', () => {
  it('count backups, one or many', () => {
    const said = [0, 1, 2, 1200].map(countText);
    assert.deepEqual(said, ['0 backups', '1 backup', '2 backups', '1,200 backups']);
  });

  it('name a backup by its label, else by its time', () => {
    assert.equal(itemName(item(1, { label: 'Before v2' })), 'Before v2');
    assert.equal(itemName(item(1)), timeText(item(1).created));
  });

  it('list what goes oldest first, as it is deleted', () => {
    assert.deepEqual(
      goingOf(mixed).map(({ id }) => id),
      ['d1', 'd2'],
    );
    assert.equal(mixed.items[0]?.id, 'd4', 'the plan itself is turned round');
  });

  it('say why nothing goes', () => {
    assert.equal(nothingText(mixed), undefined);
    assert.equal(nothingText(plan([])), 'Cluster "prod" has no backups to prune.');
    assert.equal(
      nothingText(plan([item(1)])),
      'Nothing to prune: the policy of cluster "prod" holds its only backup.',
    );
    assert.equal(
      nothingText(plan([item(2), item(1)])),
      'Nothing to prune: the policy of cluster "prod" holds all 2 backups.',
    );
    assert.equal(
      nothingText(plan([item(2), item(1)], { stopped: STOP })),
      'Nothing of cluster "prod" is pruned for now. The newest backup was never checked. Verify it.',
    );
  });

  it('leave out what was unticked, and the bytes of it', () => {
    const less = narrowed(mixed, new Set(['d2']));
    assert.deepEqual(
      goingOf(less).map(({ id }) => id),
      ['d2'],
    );
    assert.equal(less.frees, 2048);
    const [first, , , last] = less.items;
    assert.deepEqual([last?.keep, last?.why], [true, 'left out by hand']);
    assert.equal(first?.why, 'held by 1d', 'one that is held anyway is not left out by hand');
    assert.equal(mixed.items[3]?.keep, false, 'the plan that was shown is changed');
    assert.equal(narrowed(mixed, new Set(['d1', 'd2'])).frees, mixed.frees);
    // What is held can't be chosen.
    assert.equal(narrowed(mixed, new Set(['d4'])).frees, 0);
  });

  it('tell what was deleted, or why nothing was', () => {
    const removed = goingOf(mixed);
    assert.equal(
      doneText('prod', { removed, frees: 3072 }),
      'Deleted 2 backups of cluster "prod": 3 KB are free.',
    );
    assert.equal(
      doneText('prod', { removed: removed.slice(0, 1), frees: 1024 }),
      'Deleted 1 backup of cluster "prod": 1 KB are free.',
    );
    const nothing = 'Nothing of cluster "prod" was deleted: the policy holds all of it by now.';
    assert.equal(doneText('prod', { removed: [], frees: 0 }), nothing);
    assert.equal(
      doneText('prod', { removed: [], frees: 0, stopped: STOP }),
      `${nothing} The newest backup was never checked. Verify it.`,
    );
  });

  it('name what lies on a platform as it is named there, and tell no size that is not known', () => {
    const there = [item(2), item(1, goes)].map((one) => ({ ...one, bytes: 0, created: '' }));
    const known = named(plan(there));
    assert.equal(goText(known), '1 backup of 2 go');
    assert.equal(goText(mixed), '2 backups of 4 go, 3 KB');
    assert.deepEqual(goingOf(known).map(itemName), ['d1.snap']);
    const [, , summary, , , , last] = planText(known).split('\n');
    assert.equal(summary, '1 backup of 2 go.');
    assert.match(last ?? '', /^goes +d1\.snap +older than the newest 2 of 1d$/);
    assert.equal(
      nothingText(named(plan([item(1)])), true),
      'Nothing to prune: what is on the platform of cluster "prod" stays.',
    );
    assert.equal(
      nothingText(plan([]), true),
      'The platform of cluster "prod" has no backups to prune.',
    );
    assert.equal(
      doneText('prod', { removed: goingOf(known), frees: 0 }),
      'Deleted 1 backup of cluster "prod".',
    );
  });

  it('write the plan as a table, its columns one below the other', () => {
    const lines = planText(mixed).split('\n');
    assert.equal(lines[0], `Prune of cluster prod, planned ${timeText(mixed.at)}`);
    assert.equal(lines[2], '2 backups of 4 go, 3 KB.');
    const rows = lines.slice(4, -1);
    assert.equal(rows.length, 5);
    assert.match(rows[0] ?? '', /^ +Created +Size +Label +Why$/);
    assert.deepEqual(rows[4]?.split(/ {2,}/), [
      'goes',
      timeText(item(1).created),
      '1 KB',
      'Before v2',
      goes.why,
    ]);
    const why = rows[0]?.indexOf('Why') ?? -1;
    assert.deepEqual(
      rows.slice(1).map((row) => row.slice(why)),
      ['held by 1d', 'held by 1d', goes.why, goes.why],
    );
    assert.ok(rows.every((row) => row === row.trimEnd()));
    assert.ok(!planText(mixed).includes('Nothing goes'));
    const stopped = planText(plan([item(1)], { stopped: STOP }));
    assert.match(
      stopped,
      /^Nothing goes for now: The newest backup was never checked\. Verify it/m,
    );
    assert.match(stopped, /^0 backups of 1 go, 0 B\.$/m);
  });
});
