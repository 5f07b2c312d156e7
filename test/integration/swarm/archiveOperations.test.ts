import assert from 'node:assert/strict';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createOperations } from '../../../src/compose/operations';
import type { Operations } from '../../../src/compose/operations';
import { vaultOptions } from '../../../src/compose/vaultOptions';
import { openFolderVault } from '../../../src/vaults/folder/folderVault';
import type { OpenedArchive } from '../../../src/compose/archives';
import type { RunContext } from '../../../src/core/ports';
import { CREATED, smallCluster, swarmArchive } from '../../support/snapshots/swarm';
import { membersOf } from '../../support/snapshots/swarmDamage';
import { makePlace, silentLog } from '../operations/support';
import type { Place } from '../operations/support';

describe('swarm archives in the operations', function () {
  this.timeout(300_000);
  let place: Place;
  let operations: Operations;
  let archive: Buffer;
  const context: RunContext = {
    signal: new AbortController().signal,
    progress: () => undefined,
    log: silentLog,
    clock: { now: () => new Date() },
  };
  before(async () => {
    place = await makePlace();
    operations = createOperations({
      activities: place.activities,
      state: join(place.folder, 'state'),
      by: 'test',
      env: {},
    });
    archive = await swarmArchive(await smallCluster());
  });
  after(async () => {
    await place.remove();
  });
  const open = async (bytes: Buffer): Promise<OpenedArchive> => {
    const path = join(place.folder, 'x.swarm.tar');
    await writeFile(path, bytes);
    return operations.archiveOpen({ source: { kind: 'file', path }, decryption: {} }, context);
  };

  it('are opened once and asked again', async () => {
    const opened = await open(archive);
    assert.equal(opened.error, undefined);
    assert.equal(opened.verification.result, 'ok');
    assert.equal(opened.manifest?.cluster, 'production');
    assert.equal(opened.summary?.contents.length, 2);
    assert.deepEqual(opened.stacks, ['shop']);
    assert.deepEqual(opened.definitions.at(-1), {
      id: 'service/shop_web',
      kind: 'service',
      name: 'shop_web',
      stack: 'shop',
      service: {
        image: 'nginx:1',
        mode: 'replicated',
        replicas: 2,
        mounts: ['volume data → /data'],
        ports: ['8080 → 80/tcp'],
        networks: ['net1'],
        secrets: ['key'],
        configs: ['site'],
      },
    });
    const config = opened.definitions.find(({ kind }) => kind === 'config');
    assert.equal(config?.detail, '5 bytes');
    assert.ok(!JSON.stringify(opened).includes('aGVsbG8='), 'data of a config');
    const { session } = opened;
    const folder = 'volumes/node1/data';
    const query = { session, folder, path: '', from: 0, limit: 10 };
    const { rows, total } = await operations.archiveFiles(query, context);
    assert.equal(total, 3);
    assert.deepEqual(rows[0], {
      name: 'sub',
      type: 'directory',
      size: 3000,
      files: 1,
      mode: 0o755,
      uid: 0,
      gid: 0,
      mtime: Date.parse(CREATED) / 1000,
    });
    assert.deepEqual(
      rows.slice(1).map(({ name, type, link, uid }) => [name, type, link, uid]),
      [
        ['a.txt', 'file', undefined, 33],
        ['hard', 'hardlink', './a.txt', 0],
      ],
    );
    const found = await operations.archiveFiles({ ...query, filter: 'LINK' }, context);
    assert.deepEqual(
      found.rows.map(({ name, link }) => [name, link]),
      [['sub/link', '/etc/hosts']],
    );
    const text = (id: string, as: 'json' | 'compose' | 'portable') =>
      operations.archiveText({ session, id, as }, context);
    const member = membersOf(archive).find(({ name }) => name === 'definitions/swarm.json');
    assert.equal(await text('swarm', 'json'), member?.content.toString());
    assert.match(await text('service/shop_web', 'compose'), /^services:/);
    assert.match(await text('service/shop_web', 'portable'), /"Image": "nginx:1/);
    for (const as of ['json', 'compose', 'portable'] as const) {
      await assert.rejects(text('service/none', as), { code: 'core.unknownBackup' });
    }
    await operations.archiveClose({ session }, context);
    await assert.rejects(operations.archiveFiles(query, context), { code: 'core.unknownBackup' });
  });

  it('show what is left of a damaged one', async () => {
    const cut = membersOf(archive).find(({ name }) => name.startsWith('volumes/node1/data'));
    const opened = await open(archive.subarray(0, (cut?.at ?? 0) + 512 + 2000));
    assert.equal(opened.error?.code, 'snapshot.truncated');
    assert.equal(opened.verification.result, 'damaged');
    assert.equal(opened.definitions.length, 7);
    assert.deepEqual(
      opened.contents.map(({ id, whole, files }) => [id, whole, files]),
      [['volume/node1/data', false, 1]],
    );
    const query = { session: opened.session, folder: 'volumes/node1/data', path: '' };
    const { rows } = await operations.archiveFiles({ ...query, from: 0, limit: 9 }, context);
    assert.equal(rows[0]?.name, 'a.txt');
    const nothing = await open(Buffer.from('nothing of ours'.repeat(100)));
    assert.equal(nothing.error?.code, 'snapshot.badTar');
    assert.equal(nothing.manifest, undefined);
  });

  it('are adopted and verified as what they are', async () => {
    const folder = join(place.vault, 'prod');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'dropped.swarm.tar'), archive);
    const snap = join(folder, 'dropped.snap');
    await copyFile(
      join(__dirname, '../../../../test/unit/snapshots/fixtures/consul-1.10-mixed.snap'),
      snap,
    );
    // What changed just now may still be copied.
    await sleep(2_500);
    const clusters = [{ name: 'prod', system: 'swarm' }];
    const { adopted } = await operations.tidyVault({ vault: place.vault, clusters }, context);
    assert.equal(adopted.length, 2);
    const backups = await openFolderVault(vaultOptions(place.vault, silentLog)).list();
    assert.deepEqual(
      backups.map(({ manifest: m }) => [m.file, m.format, m.verification?.result]).sort(),
      [
        ['dropped.snap', 'consul', 'ok'],
        ['dropped.swarm.tar', 'swarm', 'ok'],
      ],
    );
    const id = backups.find(({ manifest }) => manifest.format === 'swarm')?.manifest.id ?? '';
    const source = { kind: 'backup' as const, vault: place.vault, id };
    const { verification, report } = await operations.verify({ source, decryption: {} }, context);
    assert.equal(verification.result, 'ok');
    assert.equal(report.counts['Volume'], 2);
  });
});
