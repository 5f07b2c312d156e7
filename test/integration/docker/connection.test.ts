import assert from 'node:assert/strict';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { openEngine } from '../../../src/adapters/docker/client';
import type { DockerEngine } from '../../../src/adapters/docker/engine';
import { EngineStatusError } from '../../../src/adapters/docker/errors';
import { parseDockerConnection } from '../../../src/adapters/docker/fields';
import { resolveTarget } from '../../../src/adapters/docker/target';
import { isClusterBackupError } from '../../../src/core/errors';
import { type RunningEngine, startEngine } from '../../../src/sandbox/parts/dockerEngine';
import { run } from '../../../src/sandbox/parts/processes';
import { type RunningSshServer, startSshServer } from '../../../src/sandbox/parts/sshServer';
import { waitFor } from '../../../src/sandbox/parts/wait';

type Environment = Record<string, string | undefined>;

const megabyte = Buffer.alloc(1024 * 1024, 7);
const volumeMegabytes = 64;

describe('The connection with a Docker engine', function () {
  this.timeout(300_000);
  let engine: RunningEngine;
  let container: string;
  const opened: DockerEngine[] = [];
  const { signal } = new AbortController();

  const connect = async (entry: object, env: Environment = {}): Promise<DockerEngine> => {
    const connected = openEngine(await resolveTarget(parseDockerConnection(entry), env), env);
    opened.push(connected);
    return connected;
  };
  const nameOf = async (docker: DockerEngine): Promise<string> =>
    (await docker.json<{ Name: string }>('/info', { purpose: 'ask for its name', signal })).Name;
  const codeOf = async (attempt: Promise<unknown>): Promise<string> => {
    const error: unknown = await attempt.then(
      () => assert.fail('it went well'),
      (reason: unknown) => reason,
    );
    assert.ok(isClusterBackupError(error), String(error));
    return error.code;
  };
  const archive = (docker: DockerEngine, end = signal) =>
    docker.stream(`/containers/${container}/archive`, {
      query: { path: '/v' },
      purpose: 'read the volume',
      signal: end,
    });
  const bytesOf = async (body: Readable): Promise<number> => {
    let bytes = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) bytes += chunk.length;
    return bytes;
  };
  const tlsEntry = () => ({
    host: `tcp://127.0.0.1:${engine.port}`,
    caFile: engine.tls?.caFile,
    clientCert: engine.tls?.certFile,
    clientKey: engine.tls?.keyFile,
  });
  const openPipes = (): number =>
    process.getActiveResourcesInfo().filter((name) => name === 'PipeWrap').length;

  before(async () => {
    engine = await startEngine({ tcp: 'tls' });
    await engine.importEmpty('nothing');
    await engine.docker('volume', 'create', 'data');
    const file = join(engine.dataRoot, 'volumes', 'data', '_data', 'big');
    for (let i = 0; i < volumeMegabytes; i++) await writeFile(file, megabyte, { flag: 'a' });
    const mount = 'type=volume,source=data,target=/v';
    container = (await engine.docker('create', '--mount', mount, 'nothing')).trim();
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((docker) => docker.close()));
  });
  after(() => engine.stop());

  it('asks, reads streams and sends them over a unix socket', async () => {
    const docker = await connect({ host: engine.host });
    assert.equal(docker.where, engine.host);
    assert.equal(await docker.apiVersion(signal), '1.41');
    assert.equal(await nameOf(docker), engine.hostname);
    const { status, headers, body } = await archive(docker);
    assert.equal(status, 200);
    assert.match(headers['x-docker-container-path-stat'] ?? '', /./);
    const bytes = await bytesOf(body);
    assert.ok(bytes > volumeMegabytes * megabyte.length);

    const tar = await run('sh', [
      '-c',
      'cd "$1" && mkdir -p t && echo hello > t/a && tar c t | base64',
      'x',
      engine.folder,
    ]);
    const upload = Readable.from([Buffer.from(tar, 'base64')]);
    const said = await docker.send(`/containers/${container}/archive`, upload, {
      query: { path: '/v' },
      purpose: 'write into the volume',
      signal,
    });
    assert.equal(said, '');
    const written = join(engine.dataRoot, 'volumes', 'data', '_data', 't', 'a');
    assert.equal(await readFile(written, 'utf8'), 'hello\n');
  });

  it("gives the engine's own words when it says no", async () => {
    const docker = await connect({ host: engine.host });
    const question = docker.json('/containers/nobody/json', {
      purpose: 'look at a container',
      signal,
    });
    await assert.rejects(question, (error: unknown) => {
      assert.ok(error instanceof EngineStatusError && error.status === 404);
      assert.equal(error.engineMessage, 'No such container: nobody');
      return /look at a container/.test(error.message);
    });
    const name = { Name: 'x' };
    const refused = docker.json('/volumes/create', {
      method: 'POST',
      body: name,
      purpose: 'p',
      signal,
    });
    assert.equal(await codeOf(refused), 'docker.status');
    // An answer that comes before the upload is over is heard.
    const long = Readable.from(Array.from({ length: 64 }, () => megabyte));
    const early = docker.send('/containers/nobody/archive', long, {
      query: { path: '/' },
      purpose: 'write',
      signal,
    });
    assert.equal(await codeOf(early), 'docker.status');
    assert.ok(long.destroyed);
  });

  it('speaks TLS with certificates, and tells apart what is wrong with them', async () => {
    const entry = tlsEntry();
    const docker = await connect(entry);
    assert.equal(await nameOf(docker), engine.hostname);
    assert.ok((await bytesOf((await archive(docker)).body)) > volumeMegabytes * megabyte.length);
    const code = async (other: object): Promise<string> =>
      codeOf(nameOf(await connect({ ...entry, ...other })));
    assert.equal(await code({ caFile: engine.tls?.otherCaFile }), 'docker.tlsUntrusted');
    assert.equal(await code({ caFile: undefined }), 'docker.tlsUntrusted');
    assert.equal(await code({ tlsServerName: 'other.test' }), 'docker.tlsName');
    const bare = { clientCert: undefined, clientKey: undefined };
    assert.equal(await code(bare), 'docker.tlsClientCertificate');
    assert.equal(
      await code({ insecureSkipVerify: true, caFile: undefined, ...bare }),
      'docker.tlsClientCertificate',
    );
    assert.equal(await code({ host: `https://127.0.0.1:1` }), 'docker.unreachable');
    const named = await connect({ ...entry, caFile: undefined, insecureSkipVerify: true });
    assert.equal(await nameOf(named), engine.hostname);
  });

  it('tells who may not open the socket from where there is none', async () => {
    assert.equal(await codeOf(nameOf(await connect({ host: '/none.sock' }))), 'docker.unreachable');
    const docker = await connect({ host: engine.host });
    await docker.apiVersion(signal);
    await docker.close();
    process.seteuid?.(65_534);
    try {
      assert.equal(await codeOf(nameOf(docker)), 'docker.denied');
    } finally {
      process.seteuid?.(0);
    }
  });

  it("finds the engine by the docker command's own contexts, by the environment and by a client bundle", async () => {
    const config = join(engine.folder, 'docker-config');
    const { tls, port } = engine;
    assert.ok(tls);
    const context = (...args: string[]): Promise<string> =>
      run(engine.cli, ['--config', config, 'context', ...args], {
        env: { PATH: process.env['PATH'] },
      });
    const files = `ca=${tls.caFile},cert=${tls.certFile},key=${tls.keyFile}`;
    await context('create', 'plain', '--docker', `host=${engine.host}`);
    await context('create', 'certified', '--docker', `host=tcp://127.0.0.1:${port},${files}`);
    const env = { DOCKER_CONFIG: config };
    const asked = async (entry: object, more: Environment = {}): Promise<[string, string]> => {
      const docker = await connect(entry, { ...env, ...more });
      assert.equal(await nameOf(docker), engine.hostname);
      return [docker.where.split(':')[0] ?? '', docker.where];
    };
    assert.deepEqual(await asked({ context: 'plain' }), ['unix', engine.host]);
    assert.equal((await asked({ context: 'certified' }))[0], 'tcp');
    assert.equal((await asked({}, { DOCKER_CONTEXT: 'certified' }))[0], 'tcp');
    await context('use', 'certified');
    assert.equal((await asked({}))[0], 'tcp');
    assert.equal((await asked({}, { DOCKER_HOST: engine.host }))[0], 'unix');
    const remote = { DOCKER_HOST: `tcp://127.0.0.1:${port}`, DOCKER_CERT_PATH: tls.folder };
    assert.equal((await asked({}, { ...remote, DOCKER_TLS_VERIFY: '1' }))[0], 'tcp');

    const bundle = join(engine.folder, 'bundle');
    await mkdir(bundle);
    for (const name of ['ca.pem', 'cert.pem', 'key.pem']) {
      await copyFile(join(tls.folder, name), join(bundle, name));
    }
    const script = `export DOCKER_CERT_PATH="$(pwd)"\nexport DOCKER_HOST=tcp://127.0.0.1:${port}\n`;
    await writeFile(join(bundle, 'env.sh'), script);
    assert.equal((await asked({ clientBundle: bundle }))[0], 'tcp');
  });

  it('lets go of a stream, a question and an upload when it is cancelled in the middle', async () => {
    const docker = await connect({ host: engine.host });
    const pipes = openPipes();
    const [reading, asking, sending] = [
      new AbortController(),
      new AbortController(),
      new AbortController(),
    ];
    const { body } = await archive(docker, reading.signal);
    const rest = bytesOf(body);
    body.once('data', () => reading.abort());
    assert.equal(await codeOf(rest), 'core.cancelled');

    const { body: events } = await docker.stream('/events', {
      purpose: 'listen',
      signal: asking.signal,
    });
    const heard = codeOf(bytesOf(events));
    asking.abort();
    assert.equal(await heard, 'core.cancelled');

    let taken = 0;
    const endless = new Readable({
      read() {
        taken += 1;
        if (taken === 20) sending.abort();
        this.push(megabyte);
      },
    });
    const upload = docker.send(`/containers/${container}/archive`, endless, {
      query: { path: '/v' },
      purpose: 'write',
      signal: sending.signal,
    });
    assert.equal(await codeOf(upload), 'core.cancelled');
    assert.ok(endless.destroyed && taken < 200);
    await waitFor('all connections to be gone', () => openPipes() <= pipes || undefined, {
      timeoutMs: 30_000,
    });
    assert.equal(await codeOf(archive(docker, AbortSignal.abort())), 'core.cancelled');
  });

  it("cuts an upload off when its source fails, with the source's own error", async () => {
    const docker = await connect({ host: engine.host });
    const source = Readable.from(
      (function* () {
        yield megabyte;
        throw new Error('the disk broke');
      })(),
    );
    const upload = docker.send(`/containers/${container}/archive`, source, {
      query: { path: '/v' },
      purpose: 'write',
      signal,
    });
    await assert.rejects(upload, /the disk broke/);
  });

  it('uses a connection again, and takes as long over a stream as its reader likes', async () => {
    const idle = 4;
    const docker = await connect({ host: engine.host, timeouts: { idle } });
    await nameOf(docker);
    const pipes = openPipes();
    for (let i = 0; i < 5; i++) await nameOf(docker);
    // Those of tests before may have gone meanwhile.
    assert.ok(openPipes() <= pipes);
    const { body } = await archive(docker);
    let bytes = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      if (bytes === 0) await new Promise((resolve) => setTimeout(resolve, 1.5 * idle * 1000));
      bytes += chunk.length;
    }
    assert.ok(bytes > volumeMegabytes * megabyte.length);
  });

  it('gives an engine up that falls silent, or never answers', async () => {
    // What goes well here has to, on a slow machine too.
    const docker = await connect({ host: engine.host, timeouts: { idle: 2, headers: 10 } });
    const { body } = await docker.stream('/events', { purpose: 'listen', signal });
    assert.equal(await codeOf(bytesOf(body)), 'docker.stalled');
    engine.freeze(true);
    try {
      assert.equal(await codeOf(nameOf(docker)), 'docker.timeout');
      const endless = new Readable({
        read() {
          this.push(megabyte);
        },
      });
      const upload = docker.send('/containers/x/archive', endless, { purpose: 'write', signal });
      assert.equal(await codeOf(upload), 'docker.stalled');
    } finally {
      engine.freeze(false);
    }
    assert.equal(await nameOf(docker), engine.hostname);
  });

  it('fails when the engine is killed in the middle of a stream, and asks the next one afresh', async () => {
    const docker = await connect({ host: engine.host });
    const { body } = await archive(docker);
    const rest = codeOf(bytesOf(body));
    await new Promise((resolve) => body.once('data', resolve));
    await engine.kill();
    assert.equal(await rest, 'docker.cut');
    assert.equal(await codeOf(nameOf(docker)), 'docker.unreachable');
    await engine.startDaemon();
    assert.equal(await nameOf(docker), engine.hostname);
  });

  describe('through ssh', () => {
    let server: RunningSshServer;
    const address = (path = ''): string => `ssh://${server.user}@127.0.0.1:${server.port}${path}`;

    before(async () => {
      server = await startSshServer({ remoteEnv: { DOCKER_HOST: engine.host } });
    });
    after(() => server.stop());

    it('asks, reads streams and sends them, to the usual socket or a named one', async () => {
      const docker = await connect({ host: address() }, server.env);
      assert.equal(await nameOf(docker), engine.hostname);
      const { body } = await archive(docker);
      assert.ok((await bytesOf(body)) > volumeMegabytes * megabyte.length);
      const upload = Readable.from(Array.from({ length: 20 }, () => Buffer.alloc(1024 * 1024)));
      const sent = { query: { path: '/v' }, purpose: 'write', signal };
      await docker.send(`/containers/${container}/archive`, upload, sent);
      assert.equal(
        await nameOf(await connect({ host: address(engine.socket) }, server.env)),
        engine.hostname,
      );
    });

    it('ends ssh when it is cancelled in the middle of a stream', async () => {
      const docker = await connect({ host: address() }, server.env);
      const reading = new AbortController();
      const { body } = await archive(docker, reading.signal);
      body.once('data', () => reading.abort());
      assert.equal(await codeOf(bytesOf(body)), 'core.cancelled');
      await docker.close();
      await waitFor(
        'ssh to end',
        async () => {
          const running = await run('ps', ['-eo', 'args']);
          return running
            .split('\n')
            .some((line) => /^\S*ssh .*dial-stdio/.test(line) && line.includes(String(server.port)))
            ? undefined
            : true;
        },
        { timeoutMs: 30_000 },
      );
    });

    it("gives ssh's own reason when there is no engine over there, no such user or no server", async () => {
      const reason = async (host: string): Promise<string> => {
        const docker = await connect({ host }, server.env);
        const error: unknown = await nameOf(docker).then(
          () => undefined,
          (e: unknown) => e,
        );
        assert.ok(isClusterBackupError(error) && error.code === 'docker.sshFailed', String(error));
        return error.message;
      };
      assert.match(await reason(address('/none.sock')), /none\.sock|connect/);
      assert.match(await reason(`ssh://nobody@127.0.0.1:${server.port}`), /Permission denied/);
      assert.match(await reason('ssh://127.0.0.1:1'), /Connection refused/);
      const lost = await connect({ host: address() }, { PATH: '/nowhere' });
      assert.equal(await codeOf(nameOf(lost)), 'docker.sshFailed');
    });

    it('refuses a host key that is not known, and one that has changed', async () => {
      const known = await readFile(server.knownHosts, 'utf8');
      await writeFile(server.knownHosts, '');
      const refused = async (): Promise<string> => {
        const docker = await connect({ host: address() }, server.env);
        const error: unknown = await nameOf(docker).then(
          () => undefined,
          (e: unknown) => e,
        );
        assert.ok(isClusterBackupError(error), String(error));
        return `${error.code} ${error.message}`;
      };
      assert.match(await refused(), /^docker\.sshFailed .*Host key verification failed/);
      await writeFile(server.knownHosts, known);
      await server.changeHostKey();
      assert.match(await refused(), /^docker\.sshFailed .*Host key verification failed/);
    });
  });
});
