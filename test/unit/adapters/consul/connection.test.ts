import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  openTarget,
  resolveTarget,
  targetWarnings,
} from '../../../../src/adapters/consul/connection';
import type { ConsulTarget, Environment } from '../../../../src/adapters/consul/connection';
import { consul } from '../../../../src/adapters/consul/definition';
import { isClusterBackupError } from '../../../../src/core/errors';
import { consulCluster } from '../context';

type Expected = Partial<Omit<ConsulTarget, 'address'>> & { address?: string };

const there = 'https://there.example:8501';
const rows: [string, Record<string, unknown>, Record<string, string>, Environment, Expected][] = [
  ['nothing at all', {}, {}, {}, { address: '127.0.0.1:8500', tls: false }],
  [
    'all from the environment',
    {},
    {},
    {
      CONSUL_HTTP_ADDR: there,
      CONSUL_HTTP_TOKEN: 'envtoken',
      CONSUL_HTTP_AUTH: 'user:pass',
      CONSUL_CACERT: '/ca.pem',
      CONSUL_CAPATH: '/ca',
      CONSUL_CLIENT_CERT: '/c.pem',
      CONSUL_CLIENT_KEY: '/k.pem',
      CONSUL_TLS_SERVER_NAME: 'server.dc1.consul:8300',
      CONSUL_HTTP_SSL_VERIFY: 'false',
    },
    {
      address: 'there.example:8501',
      tls: true,
      token: 'envtoken',
      auth: 'user:pass',
      caFile: '/ca.pem',
      caPath: '/ca',
      clientCert: '/c.pem',
      clientKey: '/k.pem',
      serverName: 'server.dc1.consul',
      insecureSkipVerify: true,
    },
  ],
  [
    'the entry wins',
    {
      address: there,
      caFile: '/own-ca.pem',
      clientCert: '/own.pem',
      clientKey: '/own-key.pem',
      tlsServerName: 'own.name',
      insecureSkipVerify: false,
    },
    { token: 'owntoken', httpAuth: 'own:auth' },
    {
      CONSUL_HTTP_ADDR: there,
      CONSUL_HTTP_TOKEN: 'envtoken',
      CONSUL_HTTP_TOKEN_FILE: '/token',
      CONSUL_HTTP_AUTH: 'user:pass',
      CONSUL_CACERT: '/ca.pem',
      CONSUL_CAPATH: '/ca',
      CONSUL_CLIENT_CERT: '/c.pem',
      CONSUL_CLIENT_KEY: '/k.pem',
      CONSUL_TLS_SERVER_NAME: 'other.name',
      CONSUL_HTTP_SSL_VERIFY: 'false',
    },
    {
      token: 'owntoken',
      tokenFile: undefined,
      auth: 'own:auth',
      caFile: '/own-ca.pem',
      caPath: undefined,
      clientCert: '/own.pem',
      clientKey: '/own-key.pem',
      serverName: 'own.name',
      insecureSkipVerify: false,
    },
  ],
  [
    "the environment's token goes to the environment's address",
    { address: there },
    {},
    { CONSUL_HTTP_ADDR: 'https://THERE.example:8501/', CONSUL_HTTP_TOKEN: 'envtoken' },
    { token: 'envtoken' },
  ],
  [
    'and to no other',
    { address: 'https://elsewhere.example:8501' },
    {},
    {
      CONSUL_HTTP_ADDR: there,
      CONSUL_HTTP_TOKEN: 'envtoken',
      CONSUL_HTTP_TOKEN_FILE: '/token',
      CONSUL_HTTP_AUTH: 'user:pass',
      CONSUL_HTTP_SSL_VERIFY: 'false',
      CONSUL_CACERT: '/ca.pem',
      CONSUL_CLIENT_CERT: '/c.pem',
      CONSUL_CLIENT_KEY: '/k.pem',
      CONSUL_TLS_SERVER_NAME: 'other.name',
    },
    {
      token: undefined,
      tokenFile: undefined,
      auth: undefined,
      insecureSkipVerify: false,
      caFile: undefined,
      clientCert: undefined,
      serverName: undefined,
    },
  ],
  [
    'not in clear to the same host that the environment reaches by TLS',
    { address: 'http://there.example:8501' },
    {},
    { CONSUL_HTTP_ADDR: there, CONSUL_HTTP_TOKEN: 'envtoken' },
    { token: undefined, tls: false },
  ],
  [
    'without CONSUL_HTTP_ADDR the token is for the local agent',
    { address: 'https://elsewhere.example' },
    {},
    { CONSUL_HTTP_TOKEN: 'envtoken', CONSUL_CACERT: '/ca.pem', CONSUL_HTTP_SSL_VERIFY: '0' },
    { token: undefined, caFile: '/ca.pem', insecureSkipVerify: false },
  ],
  [
    'the local agent by its address',
    { address: 'http://127.0.0.1:8500' },
    {},
    { CONSUL_HTTP_TOKEN: 'envtoken' },
    { token: 'envtoken' },
  ],
  [
    'a token file from the environment beside its token',
    {},
    {},
    { CONSUL_HTTP_TOKEN: 'envtoken', CONSUL_HTTP_TOKEN_FILE: '/token' },
    { token: 'envtoken', tokenFile: '/token' },
  ],
  ['CONSUL_HTTP_SSL adds TLS', {}, {}, { CONSUL_HTTP_SSL: 'true' }, { tls: true }],
  [
    'http:// in the environment does not take it back',
    {},
    {},
    { CONSUL_HTTP_ADDR: 'http://there.example:8500', CONSUL_HTTP_SSL: '1' },
    { tls: true },
  ],
  [
    'http:// in the entry does',
    { address: 'http://there.example:8500' },
    {},
    { CONSUL_HTTP_ADDR: 'there.example:8500', CONSUL_HTTP_SSL: '1' },
    { tls: false },
  ],
  [
    'words that Go does not take for a boolean count for nothing',
    {},
    {},
    { CONSUL_HTTP_SSL: 'yes', CONSUL_HTTP_SSL_VERIFY: 'no' },
    { tls: false, insecureSkipVerify: false },
  ],
  [
    'empty variables count for nothing',
    {},
    {},
    { CONSUL_HTTP_ADDR: '' },
    { address: '127.0.0.1:8500' },
  ],
  [
    'a socket',
    { address: 'unix:///run/consul.sock' },
    {},
    { CONSUL_HTTP_TOKEN: 'envtoken', CONSUL_HTTP_SSL: '1' },
    { tls: false, token: undefined },
  ],
];

describe("a cluster's entry and the environment of Consul's own tool", () => {
  for (const [title, connection, secrets, env, expected] of rows) {
    it(title, () => {
      const target = resolveTarget(consulCluster(connection, secrets), env);
      const { address, ...plain } = target;
      const seen = { ...plain, address: address.host } as Record<string, unknown>;
      for (const [field, value] of Object.entries(expected)) {
        assert.deepEqual(seen[field], value, field);
      }
    });
  }

  it('takes client certificate and key both or neither', () => {
    for (const entry of [{ clientCert: '/c.pem' }, { clientKey: '/k.pem' }]) {
      assert.throws(
        () => resolveTarget(consulCluster(entry), { CONSUL_CLIENT_KEY: '/env-key.pem' }),
        (error) => isClusterBackupError(error) && error.code === 'consul.badConnection',
      );
    }
  });

  it('warns of what the environment turned off', () => {
    const target = resolveTarget(consulCluster({}), {
      CONSUL_HTTP_ADDR: there,
      CONSUL_HTTP_SSL_VERIFY: 'false',
    });
    assert.match(targetWarnings(target).join(), /not verified/);
  });
});

describe('the files of a connection', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'connection-'))));
  afterEach(() => rm(folder, { recursive: true }));

  it('a token file wins over the token, unless it is empty', async () => {
    const file = join(folder, 'token');
    await writeFile(file, ' from-the-file \n');
    const target = resolveTarget(consulCluster({ tokenFile: file }, { token: 'given' }), {});
    assert.equal((await openTarget(target)).headers['x-consul-token'], 'from-the-file');
    await writeFile(file, '\n');
    assert.equal((await openTarget(target)).headers['x-consul-token'], 'given');
  });

  it('says which file can not be read', async () => {
    const file = join(folder, 'none.pem');
    const target = resolveTarget(consulCluster({ address: there, caFile: file }), {});
    await assert.rejects(
      openTarget(target),
      (error) =>
        isClusterBackupError(error) &&
        error.code === 'consul.badConnection' &&
        error.message.includes(file) &&
        error.message.includes('ENOENT'),
    );
  });

  it('takes all certificates of a folder, and refuses one without any', async () => {
    const target = resolveTarget(consulCluster({ address: there, caPath: folder }), {});
    await assert.rejects(openTarget(target), /no certificate/);
    for (const name of ['a.pem', 'b.crt']) {
      await writeFile(join(folder, name), `-----BEGIN CERTIFICATE-----\n${name}\n`);
    }
    await writeFile(join(folder, 'README'), 'nothing');
    assert.equal((await openTarget(target)).tls?.ca?.length, 2);
  });

  it('sends user and password as HTTP basic authentication', async () => {
    const target = resolveTarget(consulCluster({}, { httpAuth: 'user:pass:word' }), {});
    const { authorization = '' } = (await openTarget(target)).headers;
    const pair = Buffer.from(authorization.replace('Basic ', ''), 'base64').toString();
    assert.equal(pair, 'user:pass:word');
  });
});

describe('what a secret is bound to', () => {
  const binding = (connection: Record<string, unknown>) =>
    consul.secretBinding(consulCluster(connection).connection);

  it('is the same for ways to write one address', () => {
    assert.equal(binding({ address: 'https://There.example:443/' }), 'https://there.example');
    assert.equal(binding({ address: 'https://there.example' }), 'https://there.example');
  });

  it('differs by host, scheme, port, prefix, and by not verifying', () => {
    const all = [
      {},
      { address: 'https://there.example' },
      { address: 'http://there.example' },
      { address: 'https://there.example:8501' },
      { address: 'https://there.example/a' },
      { address: 'https://other.example' },
      { address: 'https://there.example', insecureSkipVerify: true },
      { address: 'unix:///run/consul.sock' },
    ].map(binding);
    assert.equal(new Set(all).size, all.length);
  });

  it('warns of a token in clear to another machine only', () => {
    const token = { token: 't' };
    const warn = (address: string) =>
      consul.warnings(consulCluster({ address }, token).connection).length;
    assert.equal(warn('http://there.example:8500'), 1);
    assert.equal(warn('there.example:8500'), 1);
    assert.equal(warn('https://there.example:8501'), 0);
    assert.equal(warn('http://127.0.0.1:8500'), 0);
    assert.equal(warn('unix:///run/consul.sock'), 0);
    assert.equal(
      consul.warnings(consulCluster({ address: there, insecureSkipVerify: true }).connection)
        .length,
      1,
    );
  });
});
