import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { isClusterBackupError } from '../../../../src/core/errors';
import { walkSwarmArchive } from '../../../../src/snapshots/swarm/contents';
import type { ContentSink } from '../../../../src/snapshots/swarm/contents';
import { DEFAULT_LIMITS } from '../../../../src/snapshots/tar/entryJudge';
import { readSwarmHead } from '../../../../src/snapshots/swarm/readHead';
import { smallCluster, swarmArchive, tarWith } from '../../../support/snapshots/swarm';
import type { TestArchive } from '../../../support/snapshots/swarm';
import { membersOf } from '../../../support/snapshots/swarmDamage';

function streamOf(bytes: Buffer, chunkBytes = 4096): Readable {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    chunks.push(bytes.subarray(at, at + chunkBytes));
  }
  return Readable.from(chunks);
}

interface Walked {
  got: Map<string, Buffer>;
  ended: string[];
  aborted: string[];
  code?: string;
  message?: string;
}

async function walk(
  archive: Buffer,
  chunkBytes?: number,
  limits = DEFAULT_LIMITS,
): Promise<Walked> {
  const got = new Map<string, Buffer>();
  const ended: string[] = [];
  const aborted: string[] = [];
  const sinkOf = (folder: string): ContentSink => {
    const chunks: Buffer[] = [];
    got.set(folder, Buffer.alloc(0));
    return {
      async write(chunk) {
        await Promise.resolve();
        chunks.push(Buffer.from(chunk));
        got.set(folder, Buffer.concat(chunks));
      },
      end: () => Promise.resolve(void ended.push(folder)),
      abort: () => Promise.resolve(void aborted.push(folder)),
    };
  };
  try {
    await walkSwarmArchive(streamOf(archive, chunkBytes), { content: sinkOf, limits });
    return { got, ended, aborted };
  } catch (error) {
    if (!isClusterBackupError(error)) throw error;
    return { got, ended, aborted, code: error.code, message: error.message };
  }
}

const one = (tar: Buffer): TestArchive => ({ volumes: [{ node: 'n', name: 'v', tar }] });
const folder = 'volumes/n/v';

describe('the head of a swarm archive', () => {
  it('is read without the rest', async () => {
    const cluster = await smallCluster();
    const archive = await swarmArchive(cluster);
    const cut = membersOf(archive).find(({ name }) => name.startsWith('volumes/'))?.at ?? 0;
    // What follows the head is damaged, and does not matter.
    const stream = streamOf(
      Buffer.concat([archive.subarray(0, cut + 512), Buffer.alloc(9999, 7)]),
      700,
    );
    const head = await readSwarmHead(stream);
    assert.ok(stream.destroyed);
    assert.deepEqual(
      head.definitions.map(({ value, ...rest }) => (assert.ok(value), rest)),
      [
        { id: 'swarm', kind: 'swarm', name: 'swarm' },
        { id: 'node/node1', kind: 'node', name: 'node1' },
        { id: 'network/shop_net', kind: 'network', name: 'shop_net', stack: 'shop' },
        { id: 'secret/key', kind: 'secret', name: 'key' },
        { id: 'config/site', kind: 'config', name: 'site' },
        { id: 'volume/node1/data', kind: 'volume', name: 'data', node: 'node1' },
        { id: 'service/shop_web', kind: 'service', name: 'shop_web', stack: 'shop' },
      ],
    );
    assert.deepEqual(
      head.definitions.map(({ value }) => value),
      cluster.definitions?.map(({ value }) => value),
    );
    assert.deepEqual(head.stacks, [{ name: 'shop', yaml: cluster.stacks?.['shop'] }]);
    assert.match(head.sha256, /^[0-9a-f]{64}$/);
  });

  it('is refused where it is damaged or ends early', async () => {
    const archive = await swarmArchive(await smallCluster());
    for (const cut of [0, 600, 3000]) {
      await assert.rejects(readSwarmHead(streamOf(archive.subarray(0, cut))), {
        code: 'snapshot.truncated',
      });
    }
  });

  it('is there also where nothing follows', async () => {
    const { manifest } = await readSwarmHead(streamOf(await swarmArchive({})));
    assert.deepEqual(manifest.volumes, []);
  });
});

describe('the contents of a swarm archive', () => {
  it('are handed on byte by byte, however they are cut', async () => {
    const cluster = await smallCluster();
    const archive = await swarmArchive(cluster);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5000 }), async (chunk) => {
        const { got, ended, code, message } = await walk(archive, chunk);
        assert.equal(code, undefined, message);
        assert.deepEqual(ended, ['volumes/node1/data', 'volumes/node1/empty']);
        for (const { node, name, tar } of cluster.volumes ?? []) {
          assert.ok(got.get(`volumes/${node}/${name}`)?.equals(tar));
        }
      }),
      { numRuns: 20 },
    );
  });

  it('that are skipped are not judged', async () => {
    const tar = await tarWith([{ name: '/etc/passwd', content: 'x' }]);
    const archive = await swarmArchive(one(tar));
    let ended = false;
    await walkSwarmArchive(streamOf(archive), {
      content: () => undefined,
      end: () => void (ended = true),
    });
    assert.ok(ended);
  });

  it('keep links that merely point elsewhere, pipes, and names of any bytes', async () => {
    const tar = await tarWith([
      { name: './', type: 'directory' },
      { name: './passwd', type: 'symlink', linkname: '/etc/passwd' },
      { name: './up', type: 'symlink', linkname: '../../up' },
      { name: './pipe', type: 'fifo' },
      { name: './..name', content: 'x' },
      { name: './a\\..\\b', content: 'x' },
      { name: `./${'d/'.repeat(150)}${'n'.repeat(200)}`, content: 'long' },
    ]);
    const { got, code, message } = await walk(await swarmArchive(one(tar)));
    assert.equal(code, undefined, message);
    assert.ok(got.get(folder)?.equals(tar));
  });

  const hostile: Record<string, [string, Parameters<typeof tarWith>[0]]> = {
    'an absolute path': ['escapes', [{ name: '/etc/cron.d/x', content: 'x' }]],
    'a path that leads up': ['escapes', [{ name: './a/../../x', content: 'x' }]],
    'a link out and a file written through it': [
      'escapes',
      [
        { name: 'out', type: 'symlink', linkname: '/etc' },
        { name: 'out/cron', content: 'x' },
      ],
    ],
    'a chain of links, each of which stays inside': [
      'escapes',
      [
        { name: 'd', type: 'symlink', linkname: '.' },
        { name: 'e', type: 'symlink', linkname: 'd/..' },
        { name: './e//x', content: 'x' },
      ],
    ],
    'a file over a link': [
      'escapes',
      [
        { name: 'out', type: 'symlink', linkname: '/etc/passwd' },
        { name: './out', content: 'x' },
      ],
    ],
    'a hard link to what is absolute': [
      'escapes',
      [{ name: 'h', type: 'link', linkname: '/etc/shadow' }],
    ],
    'a hard link that leads up': ['escapes', [{ name: 'h', type: 'link', linkname: '../x' }]],
    'a hard link through a link': [
      'escapes',
      [
        { name: 'out', type: 'symlink', linkname: '/etc' },
        { name: 'h', type: 'link', linkname: 'out/shadow' },
      ],
    ],
    'a second name of a link, written through': [
      'escapes',
      [
        { name: 'out', type: 'symlink', linkname: '/etc' },
        { name: 'again', type: 'link', linkname: 'out' },
        { name: 'again/x', content: 'x' },
      ],
    ],
    'a character device': [
      'deviceNode',
      [{ name: 'mem', type: 'character-device', devmajor: 1, devminor: 1 }],
    ],
    'a block device': [
      'deviceNode',
      [{ name: 'sda', type: 'block-device', devmajor: 8, devminor: 0 }],
    ],
    'a NUL in a name': ['badName', [{ name: 'x', pax: { path: 'a\0b' }, content: 'x' }]],
    'a name that is too long': ['badName', [{ name: 'n'.repeat(300), content: 'x' }]],
    'a path that is too long': ['badName', [{ name: `${'d/'.repeat(3000)}x`, content: 'x' }]],
    'a sparse file that claims a terabyte': [
      'bomb',
      [
        {
          name: 'x',
          pax: { 'GNU.sparse.realsize': '1099511627776', 'GNU.sparse.name': 'big' },
          content: 'x',
        },
      ],
    ],
    'a path that only a sparse name has': [
      'escapes',
      [{ name: 'x', pax: { 'GNU.sparse.name': '../big', 'GNU.sparse.size': '1' }, content: 'x' }],
    ],
  };
  for (const [what, [reason, entries]] of Object.entries(hostile)) {
    it(`are refused before a byte passes: ${what}`, async () => {
      const good = [{ name: 'good', content: 'G'.repeat(600) }];
      const head = (await tarWith(good)).subarray(0, -1024);
      const tar = await tarWith([...good, ...entries]);
      const safe = (await tarWith([...good, ...entries.slice(0, -1)])).length - 1024;
      const archive = await swarmArchive(one(tar));
      for (const chunk of [1, 300, 512, 1 << 20]) {
        const { got, ended, aborted, code } = await walk(archive, chunk);
        assert.equal(code, `snapshot.${reason}`);
        assert.deepEqual([ended, aborted.length], [[], got.size]);
        const passed = got.get(folder) ?? Buffer.alloc(0);
        assert.ok(passed.length <= safe, `${passed.length} bytes passed, ${safe} were good`);
        if (chunk === 1) assert.ok(passed.subarray(0, head.length).equals(head));
      }
    });
  }

  it('are refused where they have too many entries or links', async () => {
    const entries = Array.from({ length: 500 }, (_, i) => ({ name: `f${i}`, content: '' }));
    const archive = await swarmArchive(one(await tarWith(entries)));
    const limits = { ...DEFAULT_LIMITS, entries: 499 };
    assert.equal((await walk(archive, 4096, limits)).code, 'snapshot.bomb');
    assert.equal((await walk(archive, 4096, { ...limits, entries: 500 })).code, undefined);
    const links = entries.map(({ name }) => ({ name, type: 'symlink' as const, linkname: 'x' }));
    const linked = await swarmArchive(one(await tarWith(links)));
    assert.equal(
      (await walk(linked, 4096, { ...DEFAULT_LIMITS, links: 499 })).code,
      'snapshot.bomb',
    );
  });

  it('abort their sink where the archive is damaged or the sink fails', async () => {
    const tar = await tarWith([{ name: 'f', content: Buffer.alloc(50_000, 'y') }]);
    const archive = await swarmArchive(one(tar));
    const { aborted, ended, code } = await walk(archive.subarray(0, 20_000));
    assert.deepEqual([aborted, ended, code], [[folder], [], 'snapshot.truncated']);
    const stream = streamOf(archive);
    let told: Error | undefined;
    await assert.rejects(
      walkSwarmArchive(stream, {
        content: () => ({
          write: () => Promise.reject(new Error('disk full')),
          end: () => Promise.resolve(),
          abort: (error) => Promise.resolve(void (told = error)),
        }),
      }),
      /disk full/,
    );
    assert.equal(told?.message, 'disk full');
    assert.ok(stream.destroyed);
  });
});
