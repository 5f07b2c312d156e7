import assert from 'node:assert/strict';
import type { KeyRows } from '../../../src/compose/inspections';
import type { SortedKeyQuery } from '../../../src/protocol/inspectMessages';
import { FIRST_ROWS, KeyTree, MAX_ROWS, MORE_ROWS } from '../../../src/webview/inspect/keyTree';
import type { KeyNode } from '../../../src/webview/inspect/keyTree';

/** Answers as the worker does, from plain keys of ten bytes each. */
function answer(keys: readonly string[], query: SortedKeyQuery): KeyRows {
  const rows = new Map<string, { name: string; count: number; sum: number }>();
  const taken = keys.filter((key) => key.startsWith(query.filter));
  for (const key of taken) {
    const name = key.split('/').slice(0, query.depth).join('/');
    const row = rows.get(name) ?? { name, count: 0, sum: 0 };
    rows.set(name, { name, count: row.count + 1, sum: row.sum + 10 });
  }
  const all = [...rows.values()].sort((a, b) => b.sum - a.sum);
  return {
    rows: all.slice(0, query.limit),
    totalRows: all.length,
    totalCount: taken.length,
    totalSum: taken.length * 10,
  };
}

const KEYS = ['app', 'app/a', 'app/b/1', 'app/b/2', 'other/x', 'single'];

function open(keys = KEYS, view: Partial<KeyTree['view']> = {}): KeyTree {
  const tree = new KeyTree({
    depth: 1,
    filter: '',
    sort: { by: 'sum', descending: true },
    ...view,
  });
  const query = tree.rootQuery();
  tree.setRoot(answer(keys, query), query.limit);
  return tree;
}

function expand(tree: KeyTree, name: string, keys = KEYS): KeyNode {
  const line = tree.lines().find((l) => l.kind === 'node' && l.node.name === name);
  assert.ok(line?.kind === 'node', `no row ${name}`);
  const query = tree.childQuery(line.node);
  tree.setChildren(line.node, answer(keys, query), query.limit);
  return line.node;
}

function shown(tree: KeyTree): string[] {
  return tree
    .lines()
    .map((line) =>
      line.kind === 'more'
        ? `more: ${line.shown} of ${line.total}`
        : `${line.node.level} ${line.node.kind} ${line.node.name} ${line.node.count}`,
    );
}

describe('The rows of keys', () => {
  it('come by prefix, largest first', () => {
    const tree = open();
    assert.deepEqual(shown(tree), ['1 prefix app 4', '1 prefix other 1', '1 prefix single 1']);
    assert.deepEqual(tree.totals, { rows: 3, count: 6, sum: 60 });
  });

  it('open one part deeper, and tell a key from the prefix of the same name', () => {
    const tree = open();
    expand(tree, 'app');
    assert.deepEqual(shown(tree), [
      '1 prefix app 4',
      '2 prefix app/b 2',
      '2 self app 1',
      '2 prefix app/a 1',
      '1 prefix other 1',
      '1 prefix single 1',
    ]);
    expand(tree, 'app/b');
    assert.ok(shown(tree).includes('3 prefix app/b/1 1'));
  });

  it('become keys where nothing is below', () => {
    const tree = open();
    assert.equal(expand(tree, 'single').kind, 'key');
    assert.equal(expand(tree, 'other').kind, 'prefix');
  });

  it('are known as keys when they have fewer parts than asked for', () => {
    const tree = open(KEYS, { depth: 2 });
    assert.ok(shown(tree).includes('1 key single 1'));
    assert.ok(shown(tree).includes('1 prefix other/x 1'));
  });

  it('keep a filter that reaches below the opened prefix', () => {
    const tree = open(KEYS, { filter: 'app/b' });
    assert.deepEqual(shown(tree), ['1 prefix app 2']);
    const parent = expand(tree, 'app');
    assert.equal(tree.childQuery(parent).filter, 'app/b');
    assert.deepEqual(shown(tree), ['1 prefix app 2', '2 prefix app/b 2']);
  });

  it('take a filter that ends within a part', () => {
    const tree = open(KEYS, { filter: 'ap' });
    assert.equal(tree.childQuery(expand(tree, 'app')).filter, 'app/');
  });

  it('do not end at a part without a name', () => {
    const keys = ['/a', '/b', 'x//y', 'x//z'];
    const tree = open(keys);
    expand(tree, '', keys);
    expand(tree, 'x', keys);
    expand(tree, 'x/', keys);
    assert.ok(shown(tree).includes('2 prefix /a 1'));
    assert.ok(shown(tree).includes('3 prefix x//y 1'));
  });

  it('are cut by a limit, told as such, and grow on demand, with what was opened still open', () => {
    const keys = Array.from({ length: 1_000 }, (_, i) => `k${i}/x`).concat('k0/y', 'k0/z');
    const tree = open(keys);
    expand(tree, 'k0', keys);
    assert.ok(tree.cut);
    assert.equal(shown(tree).at(-1), `more: ${FIRST_ROWS} of 1000`);
    const query = tree.rootQuery(MORE_ROWS);
    assert.equal(query.limit, FIRST_ROWS + MORE_ROWS);
    tree.setRoot(answer(keys, query), query.limit);
    assert.equal(shown(tree).at(-1), `more: ${FIRST_ROWS + MORE_ROWS} of 1000`);
    assert.ok(shown(tree).includes('2 prefix k0/y 1'));
  });

  it('never ask for more rows than a page bears', () => {
    assert.equal(open().rootQuery(1_000_000).limit, MAX_ROWS);
  });

  it('are sorted at every level', () => {
    const tree = open();
    expand(tree, 'app');
    tree.sortBy({ by: 'name', descending: true });
    assert.deepEqual(shown(tree), [
      '1 prefix single 1',
      '1 prefix other 1',
      '1 prefix app 4',
      '2 prefix app/b 2',
      '2 prefix app/a 1',
      '2 self app 1',
    ]);
    assert.equal(tree.rootQuery().sort.by, 'name');
  });

  it('come for 200,000 keys without a pause one would notice', () => {
    const rows = Array.from({ length: MAX_ROWS }, (_, i) => ({
      name: `svc/${i}`,
      count: 40,
      sum: i,
    }));
    const tree = open();
    const start = performance.now();
    tree.setRoot({ rows, totalRows: 200_000, totalCount: 200_000, totalSum: 1 }, MAX_ROWS);
    tree.sortBy({ by: 'name', descending: false });
    assert.equal(tree.lines().length, MAX_ROWS + 1);
    assert.ok(performance.now() - start < 2_000);
  });
});
