import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as openpgp from 'openpgp';
import { decryptBytes, encryptBytes, encryptor, inTime } from './fixtures';

describe('OpenPGP detection', () => {
  it('tells a message for a passphrase from plain content, by the first bytes', async () => {
    const encrypted = await encryptBytes(Buffer.from('x'));
    assert.deepEqual(await encryptor.detect(encrypted), { kind: 'passphrase', keyIds: [] });
    assert.deepEqual(await encryptor.detect(encrypted.subarray(0, 64)), {
      kind: 'passphrase',
      keyIds: [],
    });
    const armored = Buffer.from(
      openpgp.armor(openpgp.enums.armor.message, new Uint8Array(encrypted)),
    );
    assert.equal((await encryptor.detect(armored.subarray(0, 200))).kind, 'passphrase');
    assert.deepEqual(await decryptBytes(armored), Buffer.from('x'));
    assert.deepEqual(
      await decryptBytes(Buffer.from(armored.toString().replace(/\r\n/g, '\n').trimEnd())),
      Buffer.from('x'),
    );
    await assert.rejects(decryptBytes(armored.subarray(0, armored.length - 40)), {
      code: 'openpgp.damaged',
    });
    const plains = [
      '',
      'x',
      '\x1f\x8b\x08\0\0',
      '{"a":1}',
      'meta.json\0\0',
      '-----BEGIN CERTIFICATE-----\n',
    ];
    for (const plain of plains) {
      assert.equal((await encryptor.detect(Buffer.from(plain, 'latin1'))).kind, 'none', plain);
    }
  });

  it('takes any bytes', async () => {
    const first = fc.constantFrom(0x84, 0x8c, 0xc1, 0xc3, 0xca, 0x1f);
    await fc.assert(
      fc.asyncProperty(first, fc.uint8Array({ maxLength: 300 }), async (byte, bytes) => {
        await inTime(encryptor.detect(Uint8Array.of(byte, ...bytes)));
      }),
    );
  });
});
