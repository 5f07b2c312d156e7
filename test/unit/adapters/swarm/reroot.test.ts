import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { extract } from 'tar-stream';
import type { Header } from 'tar-stream';
import { Reroot } from '../../../../src/adapters/swarm/restore/reroot';
import { TarScanner } from '../../../../src/snapshots/tar/tarScanner';
import { tarWith } from '../../../support/snapshots/swarm';

async function entriesOf(
  tar: Buffer,
): Promise<(Pick<Header, 'name' | 'linkname'> & { text: string })[]> {
  const found: (Pick<Header, 'name' | 'linkname'> & { text: string })[] = [];
  const reader = Readable.from([tar]).pipe(extract());
  for await (const entry of reader) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    const { name, linkname } = entry.header;
    found.push({ name, linkname, text: Buffer.concat(chunks).toString() });
  }
  return found;
}

function moved(tar: Buffer, size: number): Buffer {
  const reroot = new Reroot('v', 'It');
  const out: Buffer[] = [];
  for (let at = 0; at < tar.length; at += size)
    out.push(...reroot.push(tar.subarray(at, at + size)));
  return Buffer.concat(out.map((part) => Buffer.from(part)));
}

const long = 'x'.repeat(120);

describe('moving a tar from ./ to v/', () => {
  it('changes names and hard links, and neither contents nor where symbolic links lead', async () => {
    const tar = await tarWith([
      { name: './', type: 'directory' },
      { name: './a', content: './a is not a name here' },
      { name: './ü', content: 'é' },
      { name: `./${long}/${long}`, content: 'long' },
      { name: './hard', type: 'link', linkname: './a' },
      { name: './hardlong', type: 'link', linkname: `./${long}/${long}` },
      { name: './soft', type: 'symlink', linkname: './a' },
      { name: './softlong', type: 'symlink', linkname: `./${long}/${long}` },
      { name: './out', type: 'symlink', linkname: '../../etc' },
    ]);
    const before = Buffer.from(tar);
    const result = moved(tar, tar.length);
    assert.ok(tar.equals(before), 'what was lent is unchanged');
    assert.equal(result.length, tar.length);
    assert.deepEqual(
      (await entriesOf(result)).map(({ name, linkname, text }) => [name, linkname, text]),
      [
        ['v/', null, ''],
        ['v/a', null, './a is not a name here'],
        ['v/ü', null, 'é'],
        [`v/${long}/${long}`, null, 'long'],
        ['v/hard', 'v/a', ''],
        ['v/hardlong', `v/${long}/${long}`, ''],
        ['v/soft', './a', ''],
        ['v/softlong', `./${long}/${long}`, ''],
        ['v/out', '../../etc', ''],
      ],
    );
    // Strictly read, checksums included.
    const scanner = new TarScanner({ entry: () => undefined }, { what: 'It', filled: true });
    scanner.push(result);
    scanner.finish();
  });

  it('does the same however the bytes are cut', async () => {
    const tar = await tarWith([
      { name: './', type: 'directory' },
      { name: `./${long}`, content: Buffer.alloc(3000, 7) },
      { name: './ü', content: 'é' },
      { name: './hard', type: 'link', linkname: './ü' },
    ]);
    const whole = moved(tar, tar.length);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1500 }), (size) => {
        assert.ok(moved(tar, size).equals(whole));
      }),
      { numRuns: 50 },
    );
  });

  it('refuses a name that an engine does not write', async () => {
    const tar = await tarWith([{ name: 'a', content: 'a' }]);
    assert.throws(() => moved(tar, 512), { code: 'snapshot.badTar' });
  });
});
