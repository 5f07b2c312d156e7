import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createEncryptor, readPublicKeys } from '../../../src/snapshots/openpgp';
import { ensureGpg } from '../../../src/sandbox/parts/gpg';
import { decryptBytes, encryptor, passphrase, streamOf } from '../../unit/openpgp/fixtures';

const run = promisify(execFile);
/** As the program uses it; the other hashes less. */
const asUsed = createEncryptor();

describe('GnuPG and we', function () {
  this.timeout(180_000);
  let home: string;
  let gpgPath: string;
  /** Sizes in bytes; the last takes many parts. */
  const sizes = [0, 1, 4_097, 131_066, 20_000_001];

  const gpg = async (...args: string[]) => {
    const options = { env: { ...process.env, GNUPGHOME: home }, maxBuffer: 1 << 20 };
    const { stdout, stderr } = await run(
      gpgPath,
      ['--batch', '--yes', '--quiet', ...args],
      options,
    );
    return stdout + stderr;
  };
  const loopback = ['--pinentry-mode', 'loopback', '--passphrase-file'];
  const file = (name: string) => join(home, name);

  before(async () => {
    gpgPath = await ensureGpg();
    // The agent's socket lies here, and its path may not be long.
    home = await mkdtemp(join(tmpdir(), 'gpg-'));
    await chmod(home, 0o700);
    // Little is hashed for passphrases, or the tests would do nothing else.
    await writeFile(file('gpg-agent.conf'), 's2k-count 65536\n');
    await writeFile(file('gpg.conf'), 's2k-count 65536\n');
    await writeFile(file('pass'), passphrase);
    await writeFile(file('key-pass'), 'the key’s own');
  });

  after(async () => {
    const env = { ...process.env, GNUPGHOME: home };
    await run('gpgconf', ['--kill', 'all'], { env }).catch(() => undefined);
    await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  });

  for (const size of sizes) {
    it(`reads what we encrypt with a passphrase: ${size} bytes`, async () => {
      const plain = randomBytes(size);
      const request = { kind: 'passphrase' as const, passphrase };
      const { stream } = await (size === 1 ? asUsed : encryptor).encrypt(streamOf(plain), request);
      await writeFile(file('ours.gpg'), stream);
      const said = await gpg(
        ...loopback,
        file('pass'),
        '--verbose',
        '--output',
        file('out'),
        '--decrypt',
        file('ours.gpg'),
      );
      assert.match(said, /AES256/);
      assert.deepEqual(await readFile(file('out')), plain);
    });
  }

  const ways: Record<string, string[]> = {
    'as it does by itself (zip)': [],
    uncompressed: ['-z', '0'],
    'zlib, AES-128, armoured': ['--compress-algo', 'zlib', '--cipher-algo', 'AES', '--armor'],
    'AES-192, a simple salt': ['--cipher-algo', 'AES192', '--s2k-mode', '1'],
  };
  for (const [way, args] of Object.entries(ways)) {
    it(`writes with a passphrase what we read: ${way}`, async () => {
      for (const size of args.length > 2 ? sizes.slice(0, -1) : sizes) {
        // Half random and half zeros: partly compressible.
        const plain = Buffer.concat([
          randomBytes(Math.ceil(size / 2)),
          Buffer.alloc(Math.floor(size / 2)),
        ]);
        await writeFile(file('plain'), plain);
        await gpg(
          ...loopback,
          file('pass'),
          ...args,
          '--output',
          file('theirs.gpg'),
          '--symmetric',
          file('plain'),
        );
        const theirs = await readFile(file('theirs.gpg'));
        assert.equal((await encryptor.detect(theirs.subarray(0, 512))).kind, 'passphrase');
        assert.ok((await decryptBytes(theirs)).equals(plain), `${size} bytes`);
        if (size > 1e6) continue;
        await assert.rejects(decryptBytes(theirs, { passphrase: 'wrong' }), {
          code: 'openpgp.wrongPassphrase',
        });
        // Of an armoured message, so much that the last line is gone.
        const cut = theirs.subarray(0, args.includes('--armor') ? -30 : -1);
        await assert.rejects(decryptBytes(cut), { code: 'openpgp.damaged' });
        const changed = Buffer.from(theirs);
        const at = Math.floor(changed.length * 0.7);
        changed[at] = changed[at] === 0x41 ? 0x42 : 0x41;
        await assert.rejects(decryptBytes(changed), { code: 'openpgp.damaged' });
      }
    });
  }

  describe('with keys', () => {
    const kinds = { rsa: ['rsa2048', 'rsa2048'], curve25519: ['ed25519', 'cv25519'] } as const;
    for (const [kind, [primary, sub]] of Object.entries(kinds)) {
      it(`read each other: ${kind}`, async () => {
        const user = `${kind} <${kind}@example.org>`;
        const withPass = [...loopback, file('key-pass')];
        await gpg(...withPass, '--quick-gen-key', user, primary, 'sign', '1y');
        const listing = await gpg('--list-keys', '--with-colons', user);
        const fingerprint = /^fpr:+([0-9A-F]{40}):/m.exec(listing)?.[1] ?? '';
        await gpg(...withPass, '--quick-add-key', fingerprint, sub, 'encr', '1y');
        await gpg('--output', file('public.asc'), '--armor', '--export', fingerprint);
        await gpg(
          ...withPass,
          '--output',
          file('private.asc'),
          '--armor',
          '--export-secret-keys',
          fingerprint,
        );
        const publicKey = await readFile(file('public.asc'), 'utf8');
        const privateKey = await readFile(file('private.asc'), 'utf8');
        const [info] = await readPublicKeys(publicKey);
        assert.equal(info?.keyId, fingerprint.slice(-16));
        assert.deepEqual(info.userIds, [user]);
        const subkeyId = /^sub:[^:]*:[^:]*:[^:]*:([0-9A-F]{16}):/m.exec(
          await gpg('--list-keys', '--with-colons', user),
        )?.[1];

        for (const size of sizes) {
          const plain = randomBytes(size);
          const ours = await encryptor.encrypt(streamOf(plain), {
            kind: 'openpgp',
            publicKeys: [publicKey],
          });
          assert.deepEqual(ours.keyIds, [subkeyId]);
          await writeFile(file('ours.gpg'), ours.stream);
          await gpg(...withPass, '--output', file('out'), '--decrypt', file('ours.gpg'));
          assert.ok((await readFile(file('out'))).equals(plain), `ours, ${size} bytes`);

          await writeFile(file('plain'), plain);
          await gpg(
            '--trust-model',
            'always',
            '--output',
            file('theirs.gpg'),
            '--encrypt',
            '-r',
            fingerprint,
            file('plain'),
          );
          const theirs = await readFile(file('theirs.gpg'));
          assert.deepEqual(await encryptor.detect(theirs.subarray(0, 1024)), {
            kind: 'openpgp',
            keyIds: [subkeyId],
          });
          const secrets = { privateKeys: [privateKey], keyPassphrase: 'the key’s own' };
          assert.ok((await decryptBytes(theirs, secrets)).equals(plain), `theirs, ${size} bytes`);
          if (size > 1e6) continue;
          await assert.rejects(decryptBytes(theirs, { ...secrets, keyPassphrase: 'x' }), {
            code: 'openpgp.wrongPassphrase',
          });
          await assert.rejects(decryptBytes(theirs.subarray(0, -1), secrets), {
            code: 'openpgp.damaged',
          });
        }

        // Signed, with a passphrase as well as a key, the recipient hidden.
        const plain = randomBytes(10_000);
        await writeFile(file('plain'), plain);
        const all = [
          '--sign',
          '--symmetric',
          '--encrypt',
          '--trust-model',
          'always',
          '--hidden-recipient',
          fingerprint,
        ];
        await gpg(
          '--local-user',
          fingerprint,
          ...withPass,
          '--output',
          file('all.gpg'),
          ...all,
          file('plain'),
        );
        const both = await readFile(file('all.gpg'));
        assert.equal((await encryptor.detect(both)).kind, 'openpgp');
        const secrets = { privateKeys: [privateKey], keyPassphrase: 'the key’s own' };
        assert.ok((await decryptBytes(both, secrets)).equals(plain), 'by the key');
        assert.ok(
          (await decryptBytes(both, { passphrase: 'the key’s own' })).equals(plain),
          'by the passphrase',
        );
      });
    }
  });
});
