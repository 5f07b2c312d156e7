import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import type { PlanLine } from '../../../src/core/plan';
import type { ClusterParts } from '../../../src/core/operations/context';
import { scheduledBackup } from '../../../src/core/operations/scheduledBackup';
import type { RecordRun, ScheduledRun } from '../../../src/core/operations/scheduledBackup';
import type { Vault } from '../../../src/core/ports';
import type { FolderVault } from '../../../src/vaults/folder/folderVault';
import { createEncryptor } from '../../../src/snapshots/openpgp';
import { temporaryVault, writeBackup } from '../vaults/fixtures';
import { coreContext, fails, letters, lettersSystem } from './fakes';

const NOW = new Date('2026-11-22T12:00:00.000Z');
const SINCE = '2026-11-22T11:00:00.000Z';

describe('a scheduled backup', () => {
  let vault: FolderVault;
  let remove: () => Promise<void>;
  let story: string[];
  let items: PlanLine[];

  beforeEach(async () => {
    ({ vault, remove } = await temporaryVault());
    [story, items] = [[], []];
  });
  afterEach(() => remove());

  const parts = (over: Partial<Vault> = {}, definition = lettersSystem()): ClusterParts => ({
    name: 'prod',
    definition,
    adapter: {
      backup: () => {
        story.push('asked');
        const stream = Readable.from([Buffer.from('to the end')]);
        return Promise.resolve({ stream, notes: [] });
      },
      planBackup: () => Promise.resolve({ items }),
      interrupted: () => Promise.resolve(['a service']),
      resume: () => {
        story.push('resumed');
        return Promise.resolve([]);
      },
    } as never,
    vault: { ...vault, ...over },
    format: letters,
    encryptor: createEncryptor(),
    encryption: { kind: 'none' },
    decryption: {},
  });
  const record: RecordRun = (c, run) => {
    story.push('recorded');
    return run(c);
  };
  const run = (of = parts(), more: Partial<ScheduledRun> = {}, now = NOW) =>
    scheduledBackup(of, { schedule: '1h', since: SINCE, ...more }, record, {
      ...coreContext(),
      clock: { now: () => now },
    });
  const made = async () => (await vault.list('prod')).map(({ manifest }) => manifest.id);
  async function there(created: string, kind: 'schedule' | 'manual' = 'schedule') {
    const { manifest } = await writeBackup(vault, Buffer.from('x'), { created: new Date(created) });
    const origin = kind === 'schedule' ? { kind, schedule: '1h' } : { kind };
    await vault.update(manifest.id, (before) => ({ ...before, origin }));
  }

  it('does what has to be done first, and says by what schedule it was made', async () => {
    const before = () => Promise.resolve(void story.push('hook'));
    const { id } = (await run(parts(), { before })) ?? {};
    assert.deepEqual(story, ['recorded', 'hook', 'resumed', 'asked']);
    const { origin, created } = (await vault.get(id ?? ''))?.manifest ?? {};
    assert.deepEqual(origin, { kind: 'schedule', schedule: '1h' });
    assert.equal(created, NOW.toISOString(), 'the moment it was begun');
    await (await vault.lock('prod', 'test')).release();
  });

  it('is none where a hook before it fails', async () => {
    const before = () => Promise.reject(new Error('No.'));
    await assert.rejects(run(parts(), { before }), /No\./);
    assert.deepEqual([story, await made()], [['recorded'], []]);
    await (await vault.lock('prod', 'test')).release();
  });

  it('is none where one was begun since the planned moment, at its very beginning, too', async () => {
    await there(SINCE);
    assert.equal(await run(), undefined);
    assert.deepEqual(story, []);
  });

  it('is made where those there are do not count: before, by hand, or dated after now', async () => {
    await there('2026-11-22T10:59:59.999Z');
    await there('2026-11-22T11:30:00.000Z', 'manual');
    await there('2026-11-22T12:00:00.001Z');
    assert.ok((await run()) !== undefined);
    assert.equal((await made()).length, 4);
  });

  it('is none where the moment has had its own, wherever that is now, also for one who was started since', async () => {
    await there('2026-11-22T09:00:00.000Z');
    const { id } = (await run()) ?? {};
    await vault.remove(id ?? '');
    assert.equal(await run(), undefined);
    assert.deepEqual(
      story,
      ['recorded', 'resumed', 'asked'],
      'nothing was begun for the second one',
    );
    const next = '2026-11-22T13:00:00.000Z';
    assert.ok((await run(parts(), { since: next }, new Date(next))) !== undefined);
  });

  it('is made where the one of its moment is gone and no good one is left', async () => {
    await there('2026-11-22T09:00:00.000Z');
    const { id } = (await run()) ?? {};
    await vault.remove(id ?? '');
    const [other] = await vault.list('prod');
    const verification = { result: 'damaged' as const, at: NOW.toISOString(), by: '1.0.0' };
    await vault.update(other?.manifest.id ?? '', (before) => ({ ...before, verification }));
    assert.ok((await run()) !== undefined);
  });

  it('is none after a clock was set back by an hour, but made where it was ahead before', async () => {
    assert.ok((await run(parts(), {}, new Date('2026-11-22T12:30:00Z'))) !== undefined);
    assert.equal(await run(parts(), {}, new Date('2026-11-22T11:30:00Z')), undefined);
    assert.ok((await run(parts(), {}, new Date('2026-11-22T11:29:59Z'))) !== undefined);
  });

  it('is made also where that can be noted nowhere', async () => {
    const full = () => Promise.reject(new Error('There is no room.'));
    assert.ok((await run(parts({ noteServed: full }))) !== undefined);
    assert.equal((await made()).length, 1);
  });

  it('is noted only once it is made', async () => {
    const before = () => Promise.reject(new Error('No.'));
    await assert.rejects(run(parts(), { before }));
    assert.equal(await vault.lastServed('prod'), undefined);
    await run();
    const served = { moment: Date.parse(SINCE), at: NOW.getTime() };
    assert.deepEqual(await vault.lastServed('prod'), served);
  });

  it('is found by whoever asked while it was made: the look comes after the lock', async () => {
    let release: () => void = () => undefined;
    const first = new Promise<void>((done) => (release = done));
    // The second one has asked for the lock before the first has begun; it gets it when that one has done.
    const lock: Vault['lock'] = async (...args) => {
      await first;
      return vault.lock(...args);
    };
    const second = run(parts({ lock }));
    assert.ok((await run()) !== undefined);
    release();
    assert.equal(await second, undefined);
    assert.equal((await made()).length, 1);
  });

  it('waits for nobody who works on the cluster', async () => {
    const held = await vault.lock('prod', 'restore');
    await fails(run(), 'vault.locked');
    await held.release();
    assert.deepEqual([story, await made()], [[], []]);
  });

  it('asks nobody: what stops it, or takes something away, ends it', async () => {
    const announcing = lettersSystem({ announces: true });
    items = [{ severity: 'blocker', code: 'x.stop', title: 'It is broken', detail: 'Mend it' }];
    const blocked = await fails(run(parts({}, announcing)), 'core.backupBlocked', /It is broken/);
    assert.equal(blocked.next, 'Mend it.');
    items = [{ severity: 'warning', code: 'x.off', title: 'Services stop', destructive: true }];
    await fails(run(parts({}, announcing)), 'core.backupBlocked', /nobody is there.*Services stop/);
    assert.deepEqual(await made(), []);
    items = [{ severity: 'warning', code: 'x.slow', title: 'It is slow' }];
    assert.ok((await run(parts({}, announcing))) !== undefined);
  });

  it('is none of ours where the platform has schedules of its own', async () => {
    const own = lettersSystem({ retention: true });
    await fails(run(parts({}, own)), 'core.unsupported', /schedules of its own/);
    assert.deepEqual(story, []);
  });
});
