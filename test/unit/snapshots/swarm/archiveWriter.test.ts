import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { temporaryFolder } from '../../../../src/sandbox/parts/folders';
import { createSwarmArchive } from '../../../../src/snapshots/swarm/archiveWriter';
import { PIECE_BYTES, swarmSummarySchema } from '../../../../src/snapshots/swarm/layout';
import { isClusterBackupError } from '../../../../src/core/errors';
import {
  CREATED,
  manifestOf,
  smallCluster,
  swarmArchive,
  tarWith,
  writeArchive,
} from '../../../support/snapshots/swarm';
import type { TestArchive } from '../../../support/snapshots/swarm';

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe('a swarm archive as it is written', () => {
  it('is taken apart by tar and sha256sum alone', async () => {
    const { path, remove } = await temporaryFolder('archive');
    try {
      const cluster = await smallCluster();
      const big = await tarWith([
        { name: './', type: 'directory' },
        { name: './big', content: Buffer.alloc(2 * PIECE_BYTES + 12345, 'x'), mode: 0o600 },
      ]);
      cluster.volumes?.push({ node: 'node2', name: 'a b', tar: big });
      writeFileSync(join(path, 'x.tar'), await swarmArchive(cluster, 70_001));
      mkdirSync(join(path, 'all'));
      execFileSync('tar', ['-xf', '../x.tar'], { cwd: join(path, 'all') });
      execFileSync('sha256sum', ['-c', '--strict', '--quiet', 'SHA256SUMS'], {
        cwd: join(path, 'all'),
      });
      const pieces = readdirSync(join(path, 'all/volumes/node2/a%20b')).sort();
      assert.deepEqual(pieces, ['tar.000001', 'tar.000002', 'tar.000003']);
      const joined = pieces.map((p) => readFileSync(join(path, 'all/volumes/node2/a%20b', p)));
      assert.ok(Buffer.concat(joined).equals(big));
      const summary = swarmSummarySchema.parse(
        JSON.parse(readFileSync(join(path, 'all/summary.json'), 'utf8')),
      );
      const [data, , last] = summary.contents;
      assert.deepEqual(last, {
        folder: 'volumes/node2/a%20b',
        sha256: sha256(big),
        bytes: big.length,
        pieces: 3,
        files: 1,
        directories: 1,
        links: 0,
        special: 0,
        fileBytes: 2 * PIECE_BYTES + 12345,
      });
      assert.deepEqual(
        [data?.files, data?.directories, data?.links, data?.fileBytes],
        [2, 2, 2, 3005],
      );
      const stats = lstatSync(join(path, 'all/manifest.json'));
      assert.equal(stats.mode & 0o777, 0o600);
      assert.equal(stats.mtimeMs, Date.parse(CREATED));
      const put = join(path, 'put');
      mkdirSync(put);
      execFileSync('sh', [
        '-c',
        `tar -xOf x.tar --wildcards 'volumes/node1/data/tar.*' | tar -x -C put`
          .replaceAll('put', JSON.stringify(put))
          .replace('x.tar', JSON.stringify(join(path, 'x.tar'))),
      ]);
      assert.equal(readFileSync(join(put, 'hard'), 'utf8'), 'hello');
      assert.equal(readlinkSync(join(put, 'sub/link')), '/etc/hosts');
      assert.equal(lstatSync(join(put, 'hard')).ino, lstatSync(join(put, 'a.txt')).ino);
    } finally {
      await remove();
    }
  });

  it('is the same whatever the chunks it came in', async () => {
    const cluster = await smallCluster();
    const [one, other] = await Promise.all([swarmArchive(cluster, 1), swarmArchive(cluster, 4096)]);
    assert.ok(one.equals(other));
    assert.match(one.toString('latin1'), /"Index": 18446744073709551615/);
  });

  it('refuses what comes out of order or twice', async () => {
    const writer = createSwarmArchive();
    const read = buffer(writer.stream).catch(() => undefined);
    const archive: TestArchive = {
      volumes: [{ node: 'n', name: 'v', tar: await tarWith([]) }],
    };
    const service = { kind: 'service' as const, name: 'web', value: {} };
    await assert.rejects(writer.definition(service), /can't be written now/);
    await writer.manifest(manifestOf(archive));
    await assert.rejects(writer.manifest(manifestOf(archive)), /once/);
    await writer.definition(service);
    await assert.rejects(writer.definition(service), /already/);
    await writer.stack('shop', 'services: {}\n');
    await assert.rejects(writer.definition({ ...service, name: 'b' }), /can't be written now/);
    assert.throws(() => writer.content('volumes/n/other'), /next content/);
    await assert.rejects(writer.finish(new Date()), /Not all contents/);
    writer.content('volumes/n/v');
    assert.throws(() => writer.content('volumes/n/v'), /can't be written now/);
    writer.fail(new Error('over'));
    await read;
  });

  it('refuses a broken tar while it comes', async () => {
    const archive: TestArchive = { volumes: [{ node: 'n', name: 'v', tar: Buffer.alloc(0) }] };
    for (const [tar, code] of [
      [Buffer.alloc(2048, 'x'), 'snapshot.badTar'],
      [Buffer.alloc(0), 'snapshot.truncated'],
      [
        (await tarWith([{ name: 'a', content: 'x'.repeat(5000) }])).subarray(0, 3000),
        'snapshot.truncated',
      ],
      [Buffer.concat([await tarWith([]), Buffer.from('more')]), 'snapshot.trailingData'],
    ] as const) {
      const writer = createSwarmArchive();
      const read = buffer(writer.stream);
      const [failure] = await Promise.allSettled([
        writeArchive(writer, { ...archive, volumes: [{ node: 'n', name: 'v', tar }] }),
      ]);
      const error: unknown = failure.status === 'rejected' ? failure.reason : undefined;
      assert.ok(isClusterBackupError(error));
      assert.equal(error.code, code);
      writer.fail(error);
      await assert.rejects(read, { code });
    }
  });

  it('waits for its reader, and fails when the reader goes away', async () => {
    const tar = await tarWith([{ name: 'big', content: Buffer.alloc(64 << 20) }]);
    const writer = createSwarmArchive();
    let over = false;
    const writing = writeArchive(writer, { volumes: [{ node: 'n', name: 'v', tar }] }).finally(
      () => (over = true),
    );
    writing.catch(() => undefined);
    writer.stream.read(0);
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.equal(over, false);
    writer.stream.destroy();
    await assert.rejects(writing, /not read any more/);
  });
});
