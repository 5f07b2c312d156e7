import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { coreErrors } from '../../../src/core/errors';
import type { Backup } from '../../../src/core/model';
import { scheduledCheck } from '../../../src/core/operations/scheduledCheck';
import { checkBackup } from '../../../src/core/operations/verifyStored';
import { policyBackup } from '../../../src/core/policy/policyBackup';
import type { Encryptor } from '../../../src/core/ports';
import { createEncryptor } from '../../../src/snapshots/openpgp';
import { sha256, temporaryVault, writeBackup } from '../vaults/fixtures';
import type { FolderVault } from '../../../src/vaults/folder/folderVault';
import { coreContext, fails, letters } from './fakes';

describe('a scheduled check', () => {
  let vault: FolderVault;
  let remove: () => Promise<void>;
  let backup: Backup;

  beforeEach(async () => {
    ({ vault, remove } = await temporaryVault());
    backup = await writeBackup(vault, Buffer.from('all of it, to the end'));
  });
  afterEach(() => remove());

  const context = coreContext();
  const run = () => ({ vault, cluster: 'prod', id: backup.manifest.id });
  const check = async (found: Backup, encryptor: Encryptor = createEncryptor()) =>
    checkBackup(
      {
        name: found.manifest.file,
        size: found.manifest.bytes,
        backup: found,
        open: () => vault.read(found),
      },
      { vault, format: letters, encryptor, decryption: {} },
      coreContext(),
    );
  const stored = async () => (await vault.get(backup.manifest.id))?.manifest.verification;

  it('keeps what it found, and frees its lock', async () => {
    const result = await scheduledCheck(run(), (found) => check(found), context);
    assert.equal(result?.verification.result, 'ok');
    assert.equal((await stored())?.result, 'ok');
    assert.equal((await stored())?.of, undefined, 'it was read to its end');
    await (await vault.lock('prod', 'verify', 'check')).release();
  });

  it('holds up no backup, and is held up by none', async () => {
    const working = await vault.lock('prod', 'backup');
    let begun = 0;
    await scheduledCheck(
      run(),
      async (found) => {
        begun += 1;
        await fails(vault.lock('prod', 'prune'), 'vault.locked', /in use/);
        await working.release();
        await (await vault.lock('prod', 'prune')).release();
        return check(found);
      },
      context,
    );
    assert.equal(begun, 1);
  });

  it('leaves to another what that one is at', async () => {
    let second: unknown = 'not asked';
    await scheduledCheck(
      run(),
      async (found) => {
        second = await scheduledCheck(
          run(),
          () => Promise.reject(new Error('It is read twice.')),
          context,
        );
        return check(found);
      },
      context,
    );
    assert.equal(second, undefined);
  });

  it('leaves one that another has just read', async () => {
    const rhythm = { every: '30d' };
    assert.ok(await scheduledCheck({ ...run(), rhythm }, (found) => check(found), context));
    const again = () => Promise.reject(new Error('It is read twice.'));
    assert.equal(await scheduledCheck({ ...run(), rhythm }, again, context), undefined);
  });

  it('takes it as no error that the backup is deleted meanwhile', async () => {
    const result = await scheduledCheck(
      run(),
      async (found) => {
        await vault.remove(found.manifest.id);
        return check(found);
      },
      context,
    );
    assert.equal(result, undefined);
    assert.equal(await scheduledCheck(run(), (found) => check(found), context), undefined);
  });

  it('lets what kept it from looking be told', async () => {
    const broken = () => Promise.reject(coreErrors.unexpected({ message: 'No disk.' }));
    await fails(scheduledCheck(run(), broken, context), 'core.unexpected');
    await rm(backup.path);
    const missing = scheduledCheck(run(), (found) => check(found), context);
    await fails(missing, 'vault.missingFile');
    await (await vault.lock('prod', 'verify', 'check')).release();
  });

  it('tells damage as a result, with the code in the manifest', async () => {
    await writeFile(backup.path, 'all of it, to the END');
    const result = await scheduledCheck(run(), (found) => check(found), context);
    assert.equal(result?.verification.result, 'damaged');
    assert.equal(result.error?.code, 'snapshot.truncated');
    assert.equal((await stored())?.code, 'snapshot.truncated');
  });

  describe('where it can not be opened', () => {
    const locked: Encryptor = {
      ...createEncryptor(),
      detect: () => Promise.resolve({ kind: 'passphrase', keyIds: [] }),
      decrypt: () =>
        Promise.reject(coreErrors.needsPassphrase({ message: 'It is locked, and nobody knows.' })),
    };

    it('compares the stored bytes, and says that it was only those', async () => {
      const result = await scheduledCheck(run(), (found) => check(found, locked), context);
      assert.equal(result?.verification.result, 'ok');
      assert.equal((await stored())?.of, 'stored');
    });

    it('finds bytes that have changed, or are fewer', async () => {
      await writeFile(backup.path, 'all of it, to the END');
      const changed = await scheduledCheck(run(), (found) => check(found, locked), context);
      assert.equal(changed?.error?.code, 'verify.storedHash');
      assert.deepEqual([(await stored())?.result, (await stored())?.of], ['damaged', 'stored']);
      await writeFile(backup.path, 'all of it');
      const cut = await scheduledCheck(run(), (found) => check(found, locked), context);
      assert.equal(cut?.error?.code, 'verify.storedSize');
      await writeFile(backup.path, 'all of it, to the end');
      await scheduledCheck(run(), (found) => check(found, locked), context);
      assert.equal((await stored())?.result, 'ok', 'brought back, it is whole');
    });

    it('does not take back damage that was found inside', async () => {
      await vault.update(backup.manifest.id, (manifest) => ({
        ...manifest,
        verification: {
          at: '2026-01-01T00:00:00.000Z',
          by: '0',
          result: 'damaged',
          code: 'openpgp.damaged',
          message: 'Bits are wrong.',
        },
      }));
      const result = await scheduledCheck(run(), (found) => check(found, locked), context);
      assert.equal(result?.error?.code, 'openpgp.damaged');
      const now = await stored();
      assert.equal(now?.result, 'damaged');
      assert.notEqual(now.at, '2026-01-01T00:00:00.000Z', 'it was looked at');
    });

    it('makes nothing of a file that was never opened a verified one', async () => {
      await scheduledCheck(run(), (found) => check(found, locked), context);
      const now = await vault.get(backup.manifest.id);
      assert.ok(now !== undefined);
      assert.equal(now.manifest.sha256.content, undefined);
      assert.equal(policyBackup(now).check, 'none');
      assert.ok(policyBackup(now).checked !== undefined);
      const sums = { ...now.manifest.sha256, content: sha256(Buffer.from('inside')) };
      const opened = { ...now, manifest: { ...now.manifest, sha256: sums } };
      assert.equal(policyBackup(opened).check, 'ok');
    });
  });
});
