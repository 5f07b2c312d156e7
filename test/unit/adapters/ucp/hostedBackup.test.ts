import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { apiBackupsSchema, createdSchema, errorWords } from '../../../../src/adapters/ucp/apiWire';
import type { ApiBackup } from '../../../../src/adapters/ucp/apiWire';
import { hostedBackup, placeOf, stateOf } from '../../../../src/adapters/ucp/hostedBackup';
import { fileNameFor } from '../../../../src/adapters/ucp/hostedCreate';
import { singleFile } from '../../../../src/snapshots/tar/singleFile';
import { tarWith } from '../../../support/snapshots/swarm';

const WIRE = {
  id: '1',
  encrypted: true,
  fileName: 'a.tar',
  logFileName: '',
  backupPath: '/backups',
  backupState: 'IN_PROGRESS',
  nodeLocation: 'manager1',
  shortError: '',
  created_at: '2026-11-21T12:00:00.123456789Z',
  completed_at: '0001-01-01T00:00:00Z',
};
const read = (wire: unknown): ApiBackup => {
  const [backup] = apiBackupsSchema.parse([wire]);
  assert.ok(backup !== undefined);
  return backup;
};

describe('what the HTTP API of UCP says of a backup', () => {
  it('is read whichever way its names are written; year 1 is no time', () => {
    const backup = read(WIRE);
    assert.equal(backup.created, '2026-11-21T12:00:00.123Z');
    assert.equal(backup.completed, undefined);
    const other = read({ ID: '1', file_name: 'a.tar', BackupState: 'SUCCESS', createdAt: 'soon' });
    assert.equal(other.fileName, 'a.tar');
    assert.equal(stateOf(other), 'ready');
    assert.equal(other.created, undefined);
    assert.deepEqual(apiBackupsSchema.parse(null), []);
    assert.ok(!apiBackupsSchema.safeParse([{ fileName: 'a' }]).success);
    assert.equal(createdSchema.parse({ backupId: 'x' }), 'x');
    assert.equal(createdSchema.parse({ backup_id: 'x' }), 'x');
    assert.equal(createdSchema.parse({ ok: true }), undefined);
    assert.equal(
      errorWords('{"errors":[{"message":"a","detail":"b"},{"message":"c"}]}'),
      'a: b; c',
    );
    assert.equal(errorWords('no JSON'), undefined);
  });

  it('is told in the words of all systems', () => {
    const told = hostedBackup(read(WIRE), 'It is not finished.');
    assert.equal(told.state, 'inProgress');
    assert.equal(told.where, 'manager1:/backups');
    assert.equal(told.finished, undefined);
    assert.equal(hostedBackup(read({ ...WIRE, backupState: 'NEW' }), '').state, 'unknown');
  });

  it('says where its file lies, and nothing that leads elsewhere is followed', () => {
    const place = (more: object) => placeOf(read({ ...WIRE, ...more }));
    assert.deepEqual(place({}), { folder: '/backups', name: 'a.tar' });
    assert.deepEqual(place({ backupPath: '/backups/' }), { folder: '/backups', name: 'a.tar' });
    assert.deepEqual(place({ backupPath: '/b/a.tar' }), { folder: '/b', name: 'a.tar' });
    for (const more of [
      { backupPath: '' },
      { backupPath: 'backups' },
      { fileName: '' },
      { fileName: '../a.tar' },
      { fileName: '..' },
      { fileName: '/etc/shadow' },
      { fileName: 'a\0b' },
      { backupPath: '/backups/../etc' },
    ]) {
      assert.equal(place(more), undefined, JSON.stringify(more));
    }
  });

  it('is given a name that is not there yet', () => {
    const now = new Date('2026-11-21T12:00:00.500Z');
    const name = (taken: string[], label?: string) => fileNameFor('prod', now, label, taken);
    assert.equal(name([]), 'prod-20261121T120000Z.tar');
    assert.equal(name([], 'abc'), 'prod-20261121T120000Z-abc.tar');
    const taken = ['PROD-20261121T120000Z.tar', 'prod-20261121T120000Z-2.tar'];
    assert.equal(name(taken), 'prod-20261121T120000Z-3.tar');
  });
});

describe('the one file of a tar', () => {
  const pieces = (bytes: Buffer, size: number) =>
    Readable.from(
      (function* () {
        for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
      })(),
    );

  it('comes out as it is, with its size and its first bytes, however it is cut', async () => {
    const content = 'what is in it\n'.repeat(1000);
    const tar = await tarWith([{ name: 'a.tar', content }]);
    for (const size of [1, 511, 512, 513, 70_000]) {
      const file = await singleFile(pieces(tar, size), 'The tar');
      assert.equal(file.size, content.length);
      assert.ok(file.head.length > 0 && content.startsWith(file.head.toString()));
      assert.equal((await buffer(file.stream)).toString(), content);
    }
    const empty = await singleFile(
      pieces(await tarWith([{ name: 'a.tar', content: '' }]), 512),
      'The tar',
    );
    assert.equal(empty.size, 0);
    assert.equal((await buffer(empty.stream)).length, 0);
  });

  it('is refused where there is another thing, several, or none, and where the tar ends early', async () => {
    const code = async (bytes: Buffer): Promise<unknown> => {
      try {
        await buffer((await singleFile(pieces(bytes, 1000), 'The tar')).stream);
        return undefined;
      } catch (error) {
        return (error as { code?: unknown }).code;
      }
    };
    const one = { name: 'a', content: 'x'.repeat(5000) };
    const whole = await tarWith([one]);
    assert.equal(await code(whole), undefined);
    assert.equal(await code(await tarWith([one, one])), 'snapshot.unexpectedMember');
    const folder = await tarWith([{ name: 'a/', type: 'directory' }]);
    assert.equal(await code(folder), 'snapshot.unexpectedMember');
    assert.equal(await code(await tarWith([])), 'snapshot.unexpectedMember');
    assert.equal(await code(whole.subarray(0, 3000)), 'snapshot.truncated');
    assert.equal(await code(Buffer.from('no tar at all'.repeat(100))), 'snapshot.badTar');
  });

  it('lets go of the tar when it is let go', async () => {
    const tar = await tarWith([{ name: 'a', content: 'x'.repeat(5_000_000) }]);
    const source = pieces(tar, 10_000);
    const { stream } = await singleFile(source, 'The tar');
    stream.destroy();
    await new Promise((resolve) => source.once('close', resolve));
    assert.ok(source.destroyed);
  });
});
