import assert from 'node:assert/strict';
import * as openpgp from 'openpgp';
import { createEncryptor, readPublicKeys } from '../../../src/snapshots/openpgp';
import { codeOf, decryptBytes, encryptor, readAll, streamOf } from './fixtures';

const plain = Buffer.from('a snapshot');

async function generate(
  name: string,
  options: {
    passphrase?: string;
    date?: Date;
    keyExpirationTime?: number;
    subkeys?: { sign: boolean }[];
  } = {},
) {
  const { privateKey, publicKey } = await openpgp.generateKey({
    type: 'ecc',
    curve: 'curve25519Legacy',
    userIDs: [{ name, email: `${name}@example.org` }],
    format: 'armored',
    ...options,
  });
  const key = await openpgp.readKey({ armoredKey: publicKey });
  const keyId = key.getKeyID().toHex().toUpperCase();
  const subkeyId = key.subkeys[0]?.getKeyID().toHex().toUpperCase() ?? '';
  return { privateKey, publicKey, keyId, subkeyId };
}

async function encryptFor(...publicKeys: string[]) {
  const { stream, keyIds } = await encryptor.encrypt(streamOf(plain), {
    kind: 'openpgp',
    publicKeys,
  });
  return { encrypted: await readAll(stream), keyIds };
}

describe('OpenPGP keys', function () {
  this.timeout(30_000);
  let ann: Awaited<ReturnType<typeof generate>>;
  let bob: Awaited<ReturnType<typeof generate>>;
  before(async () => {
    ann = await generate('ann');
    bob = await generate('bob', { passphrase: 'bob’s own' });
  });

  it('each recipient can read, and the message names them', async () => {
    const { encrypted, keyIds } = await encryptFor(ann.publicKey, bob.publicKey);
    assert.deepEqual(keyIds, [ann.subkeyId, bob.subkeyId]);
    assert.deepEqual(await encryptor.detect(encrypted), { kind: 'openpgp', keyIds });
    assert.deepEqual(await decryptBytes(encrypted, { privateKeys: [ann.privateKey] }), plain);
    const bobs = { privateKeys: [bob.privateKey], keyPassphrase: 'bob’s own' };
    assert.deepEqual(await decryptBytes(encrypted, bobs), plain);
    assert.deepEqual(
      await decryptBytes(encrypted, { ...bobs, passphrase: 'of another backup' }),
      plain,
    );
    // Ann's key needs no passphrase of Bob's.
    const both = { privateKeys: [bob.privateKey, ann.privateKey] };
    const forAnn = await encryptFor(ann.publicKey);
    assert.deepEqual(await decryptBytes(forAnn.encrypted, both), plain);
  });

  it('several in one text are several recipients', async () => {
    const { keyIds } = await encryptFor(`My keys\n${ann.publicKey}\n${bob.publicKey}`);
    assert.deepEqual(keyIds, [ann.subkeyId, bob.subkeyId]);
  });

  it('what is missing or wrong is said', async () => {
    const { encrypted } = await encryptFor(bob.publicKey);
    const code = (secrets: object) => decryptBytes(encrypted, secrets).then(String, codeOf);
    assert.equal(await code({}), 'core.needsKey');
    assert.equal(await code({ passphrase: 'x' }), 'core.needsKey');
    assert.equal(await code({ privateKeys: [ann.privateKey] }), 'core.needsKey');
    assert.equal(await code({ privateKeys: [bob.privateKey] }), 'core.needsPassphrase');
    assert.equal(
      await code({ privateKeys: [bob.privateKey], keyPassphrase: 'x' }),
      'openpgp.wrongPassphrase',
    );
    assert.equal(await code({ privateKeys: [bob.publicKey] }), 'openpgp.badPrivateKey');
    assert.equal(await code({ privateKeys: ['no key'] }), 'openpgp.badPrivateKey');
  });

  it('that cannot encrypt are refused', async () => {
    const signing = await generate('signer', { subkeys: [{ sign: true }] });
    const short = await generate('short', {
      date: new Date(Date.now() - 10_000_000),
      keyExpirationTime: 60,
    });
    const cut = ann.publicKey.replace(/\n[A-Za-z0-9+/]{20}/, '\n');
    const code = (...keys: string[]) => encryptFor(...keys).then(String, codeOf);
    assert.equal(await code(), 'openpgp.badKey');
    assert.equal(await code('no key'), 'openpgp.badKey');
    assert.equal(await code(cut), 'openpgp.badKey');
    assert.equal(await code(ann.privateKey), 'openpgp.badKey');
    assert.equal(await code(signing.publicKey), 'openpgp.badKey');
    assert.equal(await code(ann.publicKey, short.publicKey), 'openpgp.keyExpired');
    await assert.rejects(encryptFor(short.publicKey), /short@example\.org>\) expired at \d{4}-/);
    const early = createEncryptor({ now: () => new Date('2001-01-01') });
    const request = { kind: 'openpgp' as const, publicKeys: [ann.publicKey] };
    await assert.rejects(early.encrypt(streamOf(plain), request), { code: 'openpgp.keyExpired' });
  });

  it('are listed for the person', async () => {
    const days = await generate('days', { keyExpirationTime: 86_400 });
    const [first, second] = await readPublicKeys(ann.publicKey + days.publicKey);
    assert.deepEqual(first, {
      keyId: ann.keyId,
      userIds: ['ann <ann@example.org>'],
      expires: undefined,
    });
    const left = (second?.expires?.getTime() ?? 0) - Date.now();
    assert.ok(left > 86_000_000 && left <= 86_400_000);
    await assert.rejects(readPublicKeys(ann.privateKey), { code: 'openpgp.badKey' });
  });
});
