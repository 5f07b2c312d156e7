import assert from 'node:assert/strict';
import type { ContentsGroup, ContentsItem } from '../../../src/core/model';
import type { ErrorInfo } from '../../../src/core/errors';
import type { ClusterEntry } from '../../../src/vscode/store/clusterStore';
import type { Contents } from '../../../src/vscode/store/contentsStore';
import type { GroupNode } from '../../../src/vscode/tree/nodes';
import {
  groupChildren,
  groupFacts,
  itemChildren,
  itemFacts,
} from '../../../src/vscode/tree/contentsNodes';

const task = (name: string, state: ContentsItem['state']): ContentsItem => ({
  id: `task/${name}`,
  kind: 'task',
  name,
  state,
  facts: [],
});
const web: ContentsItem = {
  ...task('web', 'warning'),
  description: '1 of 2 running',
  children: [task('web.1', 'good'), task('web.2', 'bad')],
};
const stacks: ContentsGroup = { id: 'stacks', title: 'Stacks', items: [web, task('db', 'good')] };
const entry = { key: 'prod' } as ClusterEntry;
const node: GroupNode = { kind: 'group', entry, group: { id: 'stacks', title: 'Stacks' } };
const error: ErrorInfo = { code: 'x.y', category: 'failed', message: 'No.', next: 'Wait.' };
const shown = (contents: Contents) =>
  groupChildren(node, contents).map((child) =>
    child.kind === 'item' ? child.item.name : child.kind === 'note' ? child.tone : child.kind,
  );

describe('A group of a cluster’s objects', () => {
  it('says that it is being asked for, then what there is', () => {
    assert.deepEqual(shown({ asking: true }), ['loading']);
    assert.deepEqual(shown({ asking: false, groups: [stacks] }), ['web', 'db']);
    assert.deepEqual(shown({ asking: false, groups: [{ ...stacks, items: [] }] }), ['empty']);
    assert.deepEqual(shown({ asking: false, groups: [] }), ['empty']);
  });

  it('says why it may not be all before what there is', () => {
    const warning = 'No engine of node2 is listed.';
    assert.deepEqual(shown({ asking: false, groups: [{ ...stacks, warning }] }), [
      'warning',
      'web',
      'db',
    ]);
    const empty = { ...stacks, items: [], warning };
    assert.deepEqual(shown({ asking: false, groups: [empty] }), ['warning']);
  });

  it('keeps what was known when the cluster can’t be asked again, and says so', () => {
    assert.deepEqual(shown({ asking: false, error }), ['error']);
    assert.deepEqual(shown({ asking: false, error, groups: [stacks] }), ['error', 'web', 'db']);
    assert.deepEqual(groupFacts(stacks, { asking: false, error }), [
      '2',
      '1 failing',
      'not up to date',
    ]);
  });

  it('counts what fails at any depth', () => {
    assert.deepEqual(groupFacts(stacks, { asking: false }), ['2', '1 failing']);
    assert.deepEqual(groupFacts(undefined, { asking: true }), []);
  });

  it('never leaves a state to its colour', () => {
    assert.deepEqual(itemFacts(web), ['1 of 2 running', 'needs attention']);
    assert.deepEqual(itemFacts(task('a', 'good')), []);
    assert.deepEqual(itemFacts(task('a', 'unknown')), ['not known']);
  });

  it('tells objects apart that stand in two places', () => {
    const [first] = groupChildren(node, { asking: false, groups: [stacks] });
    assert.ok(first?.kind === 'item');
    const children = itemChildren(first);
    assert.deepEqual(
      children.map(({ under, item }) => [...under, item.id].join('>')),
      ['stacks>task/web>task/web.1', 'stacks>task/web>task/web.2'],
    );
  });
});
