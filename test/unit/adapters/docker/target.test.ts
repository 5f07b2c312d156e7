import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseDockerConnection } from '../../../../src/adapters/docker/fields';
import { resolveTarget, usualSockets } from '../../../../src/adapters/docker/target';
import { isClusterBackupError } from '../../../../src/core/errors';
import { makeEngineCertificates } from '../../../../src/sandbox/parts/dockerTls';
import { temporaryFolder } from '../../../../src/sandbox/parts/folders';
import { silent } from '../../../../src/sandbox/parts/log';

describe('which engine is meant', () => {
  let home: string;
  let remove: () => Promise<void>;
  let certificates: Awaited<ReturnType<typeof makeEngineCertificates>>;

  const put = async (name: string, text: string): Promise<void> => {
    await mkdir(dirname(join(home, name)), { recursive: true });
    await writeFile(join(home, name), text);
  };
  const idOf = (name: string): string => createHash('sha256').update(name).digest('hex');
  const putContext = (name: string, Host: string): Promise<void> =>
    put(
      `.docker/contexts/meta/${idOf(name)}/meta.json`,
      JSON.stringify({ Name: name, Metadata: {}, Endpoints: { docker: { Host } } }),
    );
  const resolve = (entry: object, env: Record<string, string> = {}, sockets = ['/none.sock']) =>
    resolveTarget(
      parseDockerConnection(entry),
      { HOME: home, USERPROFILE: home, ...env },
      { sockets },
    );
  const refusal = async (entry: object, env: Record<string, string> = {}): Promise<string> => {
    try {
      await resolve(entry, env);
    } catch (error) {
      assert.ok(isClusterBackupError(error), String(error));
      return `${error.code} ${error.message}`;
    }
    return assert.fail('it was taken');
  };

  before(async () => {
    const folder = await temporaryFolder('docker-home');
    ({ path: home, remove } = folder);
    certificates = await makeEngineCertificates(home, ['DNS:localhost'], silent);
    await putContext('prod', 'tcp://prod:2376');
    await putContext('far', 'ssh://ops@far');
  });
  after(() => remove());

  it("follows Docker's own order", async () => {
    await put('.docker/config.json', '{"currentContext":"far"}');
    const env = { DOCKER_HOST: 'tcp://env:2375', DOCKER_CONTEXT: 'prod' };
    const where = async (entry: object, vars: Record<string, string>): Promise<string> =>
      (await resolve(entry, vars, ['/none.sock', home])).where;
    assert.equal(await where({ host: 'unix:///own.sock' }, env), 'unix:///own.sock');
    assert.equal(await where({ context: 'far' }, env), 'ssh://ops@far');
    assert.equal(await where({}, env), 'tcp://env:2375');
    assert.equal(await where({ context: 'default' }, env), 'tcp://env:2375');
    assert.equal(await where({}, { DOCKER_CONTEXT: 'prod' }), 'tcp://prod:2376');
    assert.equal(await where({}, {}), 'ssh://ops@far');
    assert.equal(await where({}, { DOCKER_CONTEXT: 'default' }), `unix://${home}`);
    await put('.docker/config.json', '{}');
    assert.equal(await where({}, {}), `unix://${home}`);
    assert.match(await refusal({}), /^docker.noSocket .*\/none\.sock/);
  });

  it('never mixes certificates of one source with the address of another', async () => {
    const env = {
      DOCKER_HOST: 'tcp://env:2376',
      DOCKER_TLS_VERIFY: '1',
      DOCKER_CERT_PATH: certificates.folder,
    };
    const { tls } = await resolve({}, env);
    assert.ok(tls?.cert && tls.key && tls.ca && tls.rejectUnauthorized);
    const own = await resolve({ host: 'tcp://own:2376' }, env);
    assert.deepEqual(own.tls, { rejectUnauthorized: true });
    const context = await resolve({ context: 'prod' }, env);
    assert.deepEqual(context.tls, { rejectUnauthorized: true });
    const { certFile, keyFile, caFile } = certificates;
    assert.match(await refusal({ caFile }, env), /^docker.badConnection .*no `host`/);
    assert.match(
      await refusal({ clientCert: certFile, clientKey: keyFile, context: 'prod' }, env),
      /no `host`/,
    );
    assert.match(await refusal({ insecureSkipVerify: true }, env), /^docker.badConnection/);
    const asked = await resolve({}, { ...env, DOCKER_HOST: 'tcp://env:2375' });
    assert.equal(asked.where, 'tcp://env:2375');
    assert.ok(asked.tls, 'DOCKER_TLS_VERIFY asks for TLS on any port');
  });

  it('takes the certificates of a context, and refuses a context that is not there or names nothing', async () => {
    await putContext('tls', 'tcp://tls:2376');
    const file = (name: string): string => `.docker/contexts/tls/${idOf('tls')}/docker/${name}`;
    await put(file('ca.pem'), 'no certificate');
    assert.match(
      await refusal({ context: 'tls' }),
      /^docker.badConnection .*has no certificate in it/,
    );
    assert.match(await refusal({ context: 'nope' }), /^docker.badContext .*"nope" is not there/);
    await put(`.docker/contexts/meta/${idOf('empty')}/meta.json`, '{"Name":"empty"}');
    assert.match(await refusal({ context: 'empty' }), /^docker.badContext .*names no address/);
    assert.match(await refusal({ context: '../../etc' }), /^docker.badContext/);
    await put('.docker/config.json', '{broken');
    assert.match(await refusal({}), /^docker.badContext .*config\.json/);
    await put('.docker/config.json', '{}');
  });

  it('reads a client bundle', async () => {
    await put('tls/env.sh', 'export DOCKER_CERT_PATH=$(pwd)\nexport DOCKER_HOST=tcp://ucp:443\n');
    const target = await resolve(
      { clientBundle: certificates.folder },
      { DOCKER_HOST: 'tcp://x:1' },
    );
    assert.equal(target.where, 'tcp://ucp:443');
    assert.ok(target.tls?.cert?.includes('CERTIFICATE') && target.tls.rejectUnauthorized);
    assert.match(await refusal({ clientBundle: join(home, 'none') }), /^docker.badBundle/);
  });

  it('refuses an entry that contradicts itself', async () => {
    assert.match(await refusal({ host: '/s', context: 'prod' }), /host and context/);
    assert.match(await refusal({ host: 'tcp://a', clientKey: '/k' }), /only one of/);
    assert.match(
      await refusal({ host: '/s', caFile: certificates.caFile }),
      /not spoken to by TLS/,
    );
    assert.match(
      await refusal({ host: 'tcp://a', caFile: join(home, 'none') }),
      /can't be read \(ENOENT\)/,
    );
  });

  it('prefers a socket that it may open, and knows those of rootless engines and Docker Desktop', async () => {
    await put('run/docker.sock', '');
    const rootless = join(home, 'run', 'docker.sock');
    assert.equal((await resolve({}, {}, ['/none.sock', rootless])).where, `unix://${rootless}`);
    if (process.platform === 'win32') return;
    assert.deepEqual(usualSockets({ HOME: '/h', XDG_RUNTIME_DIR: '/run/user/1' }), [
      ...['/var/run/docker.sock', '/run/user/1/docker.sock'],
      ...['/h/.docker/run/docker.sock', '/h/.docker/desktop/docker.sock'],
    ]);
  });
});
