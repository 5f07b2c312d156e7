import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import { resolveDcos } from '../../../../src/adapters/dcos/connections';
import { dcosConnectionSchema } from '../../../../src/adapters/dcos/definition';
import { expiryOf, loginToken } from '../../../../src/adapters/dcos/login';
import { isClusterBackupError } from '../../../../src/core/errors';

const address = 'https://dcos.example.com/';
const secret = (name: string) => ({ secret: name });

describe('DC/OS: how one logs in', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cb-dcos-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const resolve = (entry: Record<string, unknown>, secrets: Record<string, string> = {}) =>
    resolveDcos(
      { name: 'prod', system: 'dcos', connection: undefined, secrets },
      dcosConnectionSchema.parse({ address, ...entry }),
    );
  const bad = async (
    entry: Record<string, unknown>,
    words: RegExp,
    secrets: Record<string, string> = {},
  ) => {
    await assert.rejects(resolve(entry, secrets), (error: unknown) => {
      assert.ok(isClusterBackupError(error));
      assert.equal(error.code, 'dcos.badConnection');
      assert.match(error.message, words);
      for (const value of Object.values(secrets)) {
        if (value !== '') assert.ok(!error.message.includes(value));
      }
      return true;
    });
  };

  it('is exactly one of three, else the message says which are too many or missing', async () => {
    await bad({}, /no way to log in.*exactly one/);
    await bad(
      { user: 'me', password: secret('p'), token: secret('t') },
      /2 ways to log in: `user` with `password`, `token`/,
      { password: 'secret-password', token: 'secret-token' },
    );
    await bad(
      { user: 'me', password: secret('p'), serviceAccount: 's', token: secret('t') },
      /3 ways/,
    );
    await bad({ user: 'me' }, /`user` and no `password`/);
    await bad({ user: 'me', password: secret('p') }, /`user` and no `password`/, { password: '' });
    await bad({ password: secret('p') }, /`password` and no `user`/);
    await bad({ serviceAccount: 's' }, /no `privateKey` or `privateKeyFile`/);
    await bad({ privateKeyFile: '/x.pem' }, /private key and no `serviceAccount`/);
    await bad({ serviceAccount: 's', privateKey: secret('k'), privateKeyFile: '/x.pem' }, /both/, {
      privateKey: pem,
    });
    await bad({ token: secret('t') }, /empty `token`/, { token: '' });
  });

  it('is by password, by key or by token', async () => {
    assert.deepEqual(
      (await resolve({ user: 'me', password: secret('p') }, { password: 'pw' })).login,
      { kind: 'password', uid: 'me', password: 'pw' },
    );
    assert.deepEqual((await resolve({ token: secret('t') }, { token: ' tok\n' })).login, {
      kind: 'token',
      token: 'tok',
    });
    const file = join(folder, 'key.pem');
    await writeFile(file, privateKey.export({ type: 'pkcs1', format: 'pem' }));
    for (const [entry, secrets] of [
      [{ privateKey: secret('k') }, { privateKey: pem }],
      [{ privateKeyFile: file }, {}],
    ] as const) {
      const { login } = await resolve({ serviceAccount: 's', ...entry }, secrets);
      assert.equal(login.kind, 'serviceAccount');
    }
  });

  it('says what is wrong with a private key, and not what is in it', async () => {
    const key = (text: string) =>
      [{ serviceAccount: 's', privateKey: secret('k') }, { privateKey: text }] as const;
    const [entry] = key('');
    await bad(entry, /no private key that can be used/, { privateKey: 'not a key at all' });
    const locked = privateKey
      .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
      .toString();
    await bad(entry, /locked with a passphrase/, { privateKey: locked });
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const other = ec.export({ type: 'pkcs8', format: 'pem' }).toString();
    await bad(entry, /RSA/, { privateKey: other });
    await bad(
      { serviceAccount: 's', privateKeyFile: join(folder, 'none.pem') },
      /can't be read: .*none\.pem/,
    );
  });

  it('shows a service account by a JWT of RS256 with uid and exp, 5 minutes from now', async () => {
    const now = Date.now();
    for (const type of ['pkcs8', 'pkcs1'] as const) {
      const token = await loginToken(
        'backup',
        String(privateKey.export({ type, format: 'pem' })),
        now,
      );
      assert.deepEqual(decodeProtectedHeader(token), { alg: 'RS256', typ: 'JWT' });
      const { payload } = await jwtVerify(token, publicKey, { algorithms: ['RS256'] });
      assert.deepEqual(payload, { uid: 'backup', exp: Math.floor(now / 1000) + 300 });
      assert.equal(await expiryOf(token), (Math.floor(now / 1000) + 300) * 1000);
    }
    assert.equal(await expiryOf('not a jwt'), undefined);
  });

  it('keeps the path of an address and its origin apart', async () => {
    const { http } = await resolve(
      { address: 'https://proxy.example.com/dcos/', token: secret('t') },
      { token: 'tok' },
    );
    assert.equal(http.origin, 'https://proxy.example.com');
    assert.equal(http.pathPrefix, '/dcos');
    assert.equal(http.tls?.rejectUnauthorized, true);
  });
});
