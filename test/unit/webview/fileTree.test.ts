import assert from 'node:assert/strict';
import type { FileRow } from '../../../src/protocol/archiveMessages';
import { FileTree, FIRST_ROWS, MAX_ROWS, MORE_ROWS } from '../../../src/webview/shared/fileTree';
import type { Content } from '../../../src/webview/archive/volumes';

const content = (name: string): Content => ({
  folder: `volumes/node1/${name}`,
  id: `volume/node1/${name}`,
  node: 'node1',
  name,
  services: [],
  bytes: 0,
  pieces: 1,
  files: 3,
  directories: 1,
  links: 0,
  special: 0,
  fileBytes: 10,
  whole: true,
});
const row = (name: string, type: FileRow['type'] = 'file'): FileRow => ({
  name,
  type,
  size: 1,
  files: 0,
  mode: 0o644,
  uid: 0,
  gid: 0,
  mtime: 0,
});

function shown(tree: FileTree<Content>): string[] {
  return tree.lines().map((line) => {
    if (line.kind === 'more') return `… ${line.shown} of ${line.total}`;
    if (line.kind === 'note') return `(${line.text})`;
    const { node, position, of } = line;
    return `${node.level}:${node.row?.name ?? node.content.name} ${position}/${of}`;
  });
}

describe('The files of an archive’s volumes', () => {
  it('are read when a volume or a folder is opened, and not before', () => {
    const tree = new FileTree([content('data'), content('logs')]);
    assert.deepEqual(shown(tree), ['1:data 1/2', '1:logs 2/2']);
    const [data] = tree.roots;
    assert.ok(data);
    data.expanded = true;
    assert.deepEqual(shown(tree), ['1:data 1/2', '(Reading…)', '1:logs 2/2']);
    assert.deepEqual(tree.query(data), {
      path: '',
      from: 0,
      limit: FIRST_ROWS,
    });
    tree.add(data, { rows: [row('sub', 'directory'), row('a')], total: 2 });
    const sub = data.children?.[0];
    assert.ok(sub);
    sub.expanded = true;
    assert.equal(tree.query(sub).path, 'sub');
    tree.add(sub, { rows: [row('b')], total: 1 });
    assert.equal(sub.children?.[0]?.path, 'sub/b');
    assert.deepEqual(shown(tree), ['1:data 1/2', '2:sub 1/2', '3:b 1/1', '2:a 2/2', '1:logs 2/2']);
    sub.expanded = false;
    assert.equal(shown(tree).length, 4);
  });

  it('come page by page, up to what a page can show', () => {
    const tree = new FileTree([content('data')]);
    const [data] = tree.roots;
    assert.ok(data);
    data.expanded = true;
    const total = 100_000;
    for (let asked = 0; ; asked++) {
      const { from, limit } = tree.query(data);
      if (limit === 0) break;
      assert.equal(limit, asked === 0 ? FIRST_ROWS : Math.min(MORE_ROWS, MAX_ROWS - from));
      const rows = Array.from({ length: limit }, (_, at) => row(`f${from + at}`));
      tree.add(data, { rows, total });
    }
    assert.equal(data.children?.length, MAX_ROWS);
    assert.equal(shown(tree).at(-1), `… ${MAX_ROWS} of ${total}`);
  });

  it('are found by a filter, by their whole path and right below their volume', () => {
    const tree = new FileTree([content('data')]);
    const [data] = tree.roots;
    assert.ok(data);
    data.expanded = true;
    tree.add(data, { rows: [row('sub', 'directory')], total: 1 });
    tree.setFilter('log');
    assert.deepEqual(shown(tree), ['1:data 1/1', '(Reading…)']);
    assert.equal(tree.query(data).filter, 'log');
    tree.add(data, { rows: [row('logs', 'directory'), row('sub/a.log')], total: 2 });
    const folder = tree.lines().find((line) => line.kind === 'node' && line.node.path === 'logs');
    assert.ok(
      folder?.kind === 'node' && !tree.opens(folder.node),
      'a folder that was found shows no other rows below',
    );
    tree.setFilter('none');
    tree.add(data, { rows: [], total: 0 });
    assert.deepEqual(shown(tree), ['1:data 1/1', '(No file with that in its path)']);
  });

  it('say why they could not be read', () => {
    const tree = new FileTree([content('data')]);
    const [data] = tree.roots;
    assert.ok(data);
    data.expanded = true;
    data.error = 'The file is gone.';
    assert.deepEqual(shown(tree), ['1:data 1/1', '(The file is gone.)']);
  });

  it('of one tree alone begin with what is at its top', () => {
    const tree = new FileTree([content('all')], true);
    assert.deepEqual(shown(tree), ['(Reading…)']);
    const [all] = tree.roots;
    assert.ok(all);
    tree.add(all, { rows: [row('ucp-kv', 'directory'), row('readme')], total: 3 });
    assert.deepEqual(shown(tree), ['1:ucp-kv 1/3', '1:readme 2/3', '… 2 of 3']);
    tree.setFilter('key');
    tree.add(all, { rows: [row('ucp-kv/key.pem')], total: 1 });
    assert.deepEqual(shown(tree), ['1:ucp-kv/key.pem 1/1']);
  });

  it('are asked for anew in another order', () => {
    const tree = new FileTree([content('data')]);
    const [data] = tree.roots;
    assert.ok(data);
    data.expanded = true;
    tree.add(data, { rows: [row('a')], total: 1 });
    const sort = { by: 'size', descending: true } as const;
    tree.setSort(sort);
    assert.deepEqual(tree.query(data), { path: '', from: 0, limit: FIRST_ROWS, sort });
    assert.deepEqual(shown(tree), ['1:data 1/1', '(Reading…)']);
  });
});
