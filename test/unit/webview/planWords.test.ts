import assert from 'node:assert/strict';
import type { RestorePlan, RestorePlanItem } from '../../../src/core/plan';
import { orderedRows, outcome, rowChange, rowName, verdict } from '../../../src/webview/plan/words';
import { orderedItems } from '../../../src/webview/shared/planLines';

const item = (severity: RestorePlanItem['severity'], code: string): RestorePlanItem => ({
  severity,
  code,
  title: code,
});

function plan(items: RestorePlanItem[]): RestorePlan {
  return {
    cluster: 'prod',
    system: 'consul',
    source: 'a.snap',
    content: {
      format: 'consul',
      identity: {},
      servers: [],
      stats: [],
      totalSize: 0,
      counts: {},
      facts: {},
      contentBytes: 0,
    },
    current: { counts: {} },
    comparison: [],
    items,
    possible: !items.some((i) => i.severity === 'blocker'),
    safetyBackup: true,
    fingerprint: 'x',
  };
}

describe('A restore plan on its page', () => {
  it('puts what blocks first, then warnings, each in the order given', () => {
    const items = [
      item('info', 'a'),
      item('warning', 'b'),
      item('blocker', 'c'),
      item('warning', 'd'),
    ];
    assert.deepEqual(
      orderedItems(items).map((i) => i.code),
      ['c', 'b', 'd', 'a'],
    );
  });

  it('says in one sentence whether it can be done', () => {
    assert.equal(verdict(plan([item('info', 'a')])).tone, 'good');
    const warned = verdict(plan([item('warning', 'a'), item('warning', 'b')]));
    assert.deepEqual([warned.tone, warned.title], ['notice', 'Possible, with 2 warnings']);
    const blocked = verdict(plan([item('warning', 'a'), item('blocker', 'b')]));
    assert.deepEqual([blocked.tone, blocked.title], ['bad', 'This restore is not possible']);
  });

  it('tells in words what changes', () => {
    assert.equal(rowChange({ name: 'KVS', now: 1, after: 1 }), 'same');
    assert.equal(rowChange({ name: 'KVS', now: 1, after: 2 }), 'more');
    assert.equal(rowChange({ name: 'KVS', now: 3, after: 2 }), 'fewer');
    assert.equal(rowChange({ name: 'KVS', now: undefined, after: 2 }), 'unknown');
    assert.deepEqual([rowName('KVS'), rowName('Txn')], ['Keys', 'Txn']);
  });

  it('puts the largest change first', () => {
    const rows = [
      { name: 'Node', now: 1, after: 1 },
      { name: 'KVS', now: 10, after: 9 },
      { name: 'Session', now: 40, after: 0 },
    ];
    assert.deepEqual(
      orderedRows(rows).map((r) => r.name),
      ['Session', 'KVS', 'Node'],
    );
  });

  it('tells the outcome in the caller’s words where there are any', () => {
    assert.match(outcome({ kind: 'running' }).text, /notification/);
    assert.equal(outcome({ kind: 'done', message: 'In 3 s.' }).text, 'In 3 s.');
  });
});
