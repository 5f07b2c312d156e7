import assert from 'node:assert/strict';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ulid } from 'ulid';
import type { Manifest } from '../../../src/core/model';
import { goingOf, isHeldUp, planPrune, prune } from '../../../src/core/operations/prune';
import type { Vault } from '../../../src/core/ports';
import type { FolderVault } from '../../../src/vaults/folder/folderVault';
import { vaultErrors } from '../../../src/vaults/errors';
import { someManifest, temporaryVault } from '../vaults/fixtures';
import { coreContext, fails } from './fakes';

const NOW = new Date('2026-11-22T12:00:00.000Z');
const POLICY = { schedules: [{ interval: '1d', count: 2 }], manualCount: 1 };

describe('a prune', () => {
  let vault: FolderVault;
  let folder: string;
  let remove: () => Promise<void>;

  beforeEach(async () => ({ vault, folder, remove } = await temporaryVault()));
  afterEach(() => remove());

  const contextAt = (now = NOW, signal?: AbortSignal) => ({
    ...coreContext(signal),
    clock: { now: () => now },
  });

  async function make(day: number, changes: Partial<Manifest> = {}): Promise<string> {
    const created = new Date(NOW.getTime() - day * 86_400_000);
    const manifest = someManifest('prod', created, ulid(created.getTime()));
    const writer = await vault.create({ ...manifest, created, ending: '.snap' });
    await writer.write(Buffer.from(`of ${day} days ago`));
    await writer.commit({
      ...manifest,
      origin: { kind: 'schedule', schedule: '1d' },
      verification: { at: created.toISOString(), by: '0', result: 'ok' },
      ...changes,
      sha256: {},
    });
    return manifest.id;
  }
  const there = async () => (await vault.list('prod')).map(({ manifest }) => manifest.id);
  const parts = (policy = POLICY, over: Partial<Vault> = {}) => ({
    vault: { ...vault, ...over },
    cluster: 'prod',
    policy,
  });

  it('plans, with a reason for each, and changes nothing', async () => {
    const old = await make(3);
    const ids = [await make(2), await make(1)];
    const plan = await planPrune(parts(), contextAt());
    assert.deepEqual(
      plan.items.map(({ id, keep, holds }) => [id, keep, holds]),
      [
        [ids[1], true, ['1d']],
        [ids[0], true, ['1d']],
        [old, false, []],
      ],
    );
    assert.ok(plan.items.every(({ why }) => why !== ''));
    assert.equal(plan.frees, plan.items[2]?.bytes);
    assert.equal(plan.at, NOW.toISOString());
    assert.equal((await there()).length, 3);
  });

  it('deletes the oldest first, tells how far it is, and logs each with its reason', async () => {
    const gone = [await make(9), await make(8), await make(7)];
    const kept = [await make(1), await make(2)];
    const context = contextAt();
    const result = await prune(parts(), context);
    assert.deepEqual(
      result.removed.map(({ id }) => id),
      gone,
    );
    assert.deepEqual((await there()).sort(), kept.sort());
    const steps = context.updates.filter(({ total }) => total === 3).map(({ done }) => done);
    assert.deepEqual(steps, [0, 1, 2, 3]);
    for (const { file, why } of result.removed) {
      assert.ok(context.logged.includes(`Deleted ${file}: ${why}.`));
    }
    await (await vault.lock('prod', 'test')).release();
    assert.deepEqual((await prune(parts(), contextAt())).removed, [], 'a second one finds nothing');
  });

  it('takes nothing that the plan shown does not name, and nothing that stays by now', async () => {
    const first = await make(9);
    const second = await make(8);
    await make(2);
    const plan = await planPrune(parts(), contextAt());
    assert.deepEqual(
      goingOf(plan, undefined).map(({ id }) => id),
      [first],
    );
    // By now one more would go, and the one that was shown is pinned.
    await make(1);
    await vault.update(first, (manifest) => ({ ...manifest, pin: true }));
    assert.deepEqual((await prune({ ...parts(), plan }, contextAt())).removed, []);
    assert.equal((await there()).length, 4);
    const without = await prune(parts(), contextAt());
    assert.deepEqual(
      without.removed.map(({ id }) => id),
      [second],
    );
  });

  it('removes nothing while a guard says so, and tells why', async () => {
    await make(9);
    await make(2);
    await make(1);
    const newest = await make(0.1, { verification: undefined });
    const plan = await planPrune(parts(), contextAt());
    assert.equal(plan.stopped?.code, 'newestUnverified');
    assert.ok(isHeldUp(plan));
    assert.equal(plan.frees, 0);
    const result = await prune(parts(), contextAt());
    assert.deepEqual([result.removed, result.stopped?.code], [[], 'newestUnverified']);
    assert.equal((await there()).length, 4);
    const ok = { at: NOW.toISOString(), by: '0', result: 'ok' as const };
    await vault.update(newest, (manifest) => ({ ...manifest, verification: ok }));
    assert.equal((await prune(parts(), contextAt())).removed.length, 2);
  });

  it('stops at the first that can not be deleted, and says how many went', async () => {
    const ids = [await make(9), await make(8), await make(7)];
    await make(1);
    await make(2);
    const failing = (id: string) =>
      id === ids[1]
        ? Promise.reject(vaultErrors.notRemoved({ message: 'It sticks.' }))
        : vault.remove(id);
    const error = await fails(
      prune(parts(POLICY, { remove: failing }), contextAt()),
      'vault.notRemoved',
      /It sticks\. 1 of 3 were deleted before it/,
    );
    assert.notEqual(error.next, '');
    assert.deepEqual((await there()).includes(ids[0] ?? ''), false);
    assert.equal((await there()).length, 4);
    await (await vault.lock('prod', 'test')).release();
  });

  it('is no failure where somebody else was quicker', async () => {
    const id = await make(9);
    await make(1);
    await make(2);
    const raced = async (which: string) => {
      await vault.remove(which);
      return vault.remove(which);
    };
    const { removed } = await prune(parts(POLICY, { remove: raced }), contextAt());
    assert.deepEqual(
      removed.map((item) => item.id),
      [id],
    );
  });

  it('is cancelled between two', async () => {
    for (const day of [9, 8, 7, 2, 1]) await make(day);
    const stop = new AbortController();
    const removing = async (id: string) => {
      await vault.remove(id);
      stop.abort();
    };
    const cut = prune(parts(POLICY, { remove: removing }), contextAt(NOW, stop.signal));
    await fails(cut, 'core.cancelled');
    assert.equal((await there()).length, 4);
    await (await vault.lock('prod', 'test')).release();
  });

  it('leaves what is pinned, or found to be damaged, when it is about to be deleted', async () => {
    const [pinned, damaged, gone] = [await make(9), await make(8), await make(7)];
    await make(1);
    await make(2);
    const bad = { at: NOW.toISOString(), by: '0', result: 'damaged' as const };
    const racing: Vault['remove'] = async (id, discard, still) => {
      if (id === pinned) await vault.update(id, (manifest) => ({ ...manifest, pin: true }));
      if (id === damaged) {
        await vault.update(id, (manifest) => ({ ...manifest, verification: bad }));
      }
      return vault.remove(id, discard, still);
    };
    const context = contextAt();
    const { removed, frees } = await prune(parts(POLICY, { remove: racing }), context);
    assert.deepEqual(
      removed.map(({ id }) => id),
      [gone],
    );
    assert.equal(frees, removed[0]?.bytes);
    assert.equal((await there()).length, 4);
    assert.equal(context.logged.filter((line) => line.startsWith('Kept ')).length, 2);
  });

  for (const [what, spoil] of [
    [
      'newestDamaged',
      (id: string) =>
        vault.update(id, (manifest) => ({
          ...manifest,
          verification: { at: NOW.toISOString(), by: '0', result: 'damaged' },
        })),
    ],
    ['newestMissing', async (id: string) => rm((await vault.get(id))?.path ?? '')],
  ] as const) {
    it(`ends where a guard comes up in the middle of it: ${what}`, async () => {
      const first = await make(9);
      for (const day of [8, 7, 2]) await make(day);
      const newest = await make(1);
      const removing: Vault['remove'] = async (...args) => {
        await vault.remove(...args);
        await spoil(newest);
      };
      const { removed, stopped } = await prune(parts(POLICY, { remove: removing }), contextAt());
      assert.deepEqual([removed.map(({ id }) => id), stopped?.code], [[first], what]);
      assert.equal((await there()).length, 4);
    });
  }

  it('waits for nobody who works on the cluster', async () => {
    await make(9);
    const held = await vault.lock('prod', 'backup');
    await fails(prune(parts(), contextAt()), 'vault.locked');
    await held.release();
  });

  it('touches no stray, and no file whose manifest can not be read', async () => {
    for (const day of [9, 2, 1]) await make(day);
    const prod = join(folder, 'prod');
    const others = ['stray.snap', 'odd.snap', 'odd.snap.manifest.json'];
    for (const name of others) await writeFile(join(prod, name), '{"version": 99}');
    const policy = { ...POLICY, manualCount: 0, maxBackups: 1 };
    const { removed } = await prune(parts(policy), contextAt());
    assert.equal(removed.length, 2);
    const files = await readdir(prod);
    for (const name of others) assert.ok(files.includes(name), name);
  });
});
