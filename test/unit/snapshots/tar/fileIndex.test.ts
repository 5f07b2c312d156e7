import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FileIndex } from '../../../../src/snapshots/tar/fileIndex';
import type { TarEntry } from '../../../../src/snapshots/tar/tarEntry';

const entry = (path: string, size = 0, more: Partial<TarEntry> = {}): TarEntry => ({
  path,
  rawPath: path,
  type: path.endsWith('/') ? 'directory' : 'file',
  size,
  stored: size,
  mode: 0o644,
  uid: 0,
  gid: 0,
  mtime: 0,
  linkname: '',
  rawLink: '',
  ...more,
});
const all = { from: 0, limit: Infinity };

describe('the index of a volume', () => {
  it('has the children of a folder with sums, folders first', () => {
    const index = new FileIndex();
    index.add(entry('./', 0, { mode: 0o755 }));
    index.add(entry('./b.txt', 5, { uid: 33, gid: 34, mtime: 99.5 }));
    index.add(entry('./a', 0, { type: 'symlink', linkname: '/etc/x' }));
    index.add(entry('./sub/', 0, { mode: 0o2775 }));
    index.add(entry('./sub/deep/er/Ünï', 70));
    assert.deepEqual(index.query({ path: '', ...all }), {
      total: 3,
      rows: [
        {
          name: 'sub',
          type: 'directory',
          size: 70,
          files: 1,
          mode: 0o2775,
          uid: 0,
          gid: 0,
          mtime: 0,
        },
        {
          name: 'a',
          type: 'symlink',
          size: 0,
          files: 0,
          mode: 0o644,
          uid: 0,
          gid: 0,
          mtime: 0,
          link: '/etc/x',
        },
        {
          name: 'b.txt',
          type: 'file',
          size: 5,
          files: 0,
          mode: 0o644,
          uid: 33,
          gid: 34,
          mtime: 99.5,
        },
      ],
    });
    assert.equal(index.query({ path: 'sub/deep/er', ...all }).rows[0]?.name, 'Ünï');
    assert.deepEqual(index.query({ path: 'nothing', ...all }), { rows: [], total: 0 });
  });

  it('adds up whatever tree there is', () => {
    const part = fc.constantFrom('a', 'b', 'c', 'dd');
    const paths = fc.array(fc.array(part, { minLength: 1, maxLength: 5 }), { maxLength: 60 });
    fc.assert(
      fc.property(paths, (list) => {
        // A name is a file or a folder, not both: files get an ending.
        const files = [...new Set(list.map((parts) => `${parts.join('/')}.f`))];
        const index = new FileIndex();
        files.forEach((path, i) => index.add(entry(path, i + 1)));
        const walk = (path: string): string[] =>
          index.query({ path, ...all }).rows.flatMap((row) => {
            const own = path === '' ? row.name : `${path}/${row.name}`;
            if (row.type !== 'directory') return [own];
            const inside = walk(own);
            const sum = inside.reduce((n, file) => n + files.indexOf(file) + 1, 0);
            assert.deepEqual([row.size, row.files], [sum, inside.length]);
            return inside;
          });
        assert.deepEqual(walk('').sort(), files.sort());
      }),
      { numRuns: 100 },
    );
  });

  it('pages, filters and leaves out what is too much', () => {
    const index = new FileIndex(101);
    for (let i = 0; i < 150; i++) index.add(entry(`file${String(i).padStart(3, '0')}`, 1));
    assert.equal(index.left, 50);
    const page = index.query({ path: '', from: 10, limit: 3 });
    assert.deepEqual(
      [page.total, page.rows.map(({ name }) => name)],
      [100, ['file010', 'file011', 'file012']],
    );
    const found = index.query({ path: '', from: 0, limit: 5, filter: 'E01' });
    assert.deepEqual([found.total, found.rows[0]?.name], [10, 'file010']);
  });

  it('finds by a part of the path at any depth below a folder', () => {
    const index = new FileIndex();
    for (const path of ['a/logs/x', 'a/logs/deep/y', 'a/other', 'logs/z'])
      index.add(entry(path, 1));
    const names = (path: string, filter: string) =>
      index.query({ path, from: 0, limit: 10, filter }).rows.map(({ name }) => name);
    assert.deepEqual(names('a', 'LOGS/'), ['logs/deep', 'logs/deep/y', 'logs/x']);
    assert.deepEqual(names('a/logs', 'y'), ['deep/y']);
    assert.deepEqual(names('', 'logs/z'), ['logs/z']);
    assert.deepEqual(names('a', 'z'), []);
  });
});
