import assert from 'node:assert/strict';
import { coreErrors } from '../../../src/core/errors';
import { vaultError } from '../../../src/vaults/errors';

describe('errors of a vault', () => {
  const of = (code: string, access: 'read' | 'write') =>
    vaultError(Object.assign(new Error(`${code}: words`), { code }), 'Writing', '/vault/x', access);

  it('say what failed, where and why, and what to do', () => {
    const expected: [string, 'read' | 'write', string][] = [
      ['ENOSPC', 'write', 'vault.diskFull'],
      ['EDQUOT', 'write', 'vault.quota'],
      ['EROFS', 'write', 'vault.notWritable'],
      ['EACCES', 'write', 'vault.notWritable'],
      ['EACCES', 'read', 'vault.notReadable'],
      ['EPERM', 'read', 'vault.notReadable'],
      ['EIO', 'read', 'vault.ioFailed'],
      ['ESTALE', 'write', 'vault.ioFailed'],
      ['EFBIG', 'write', 'vault.tooLarge'],
      ['ELOOP', 'read', 'vault.outside'],
      ['EMFILE', 'read', 'vault.failed'],
    ];
    for (const [code, access, ours] of expected) {
      const error = of(code, access);
      assert.equal(error.code, ours);
      assert.match(error.message, new RegExp(`^Writing failed at /vault/x: .+ \\(${code}\\)\\.$`));
      assert.ok(error.next.length > 10);
    }
  });

  it('pass when they are ours already', () => {
    const ours = coreErrors.cancelled({ message: 'Cancelled.' });
    assert.equal(vaultError(ours, 'Writing', '/vault/x', 'write'), ours);
  });
});
