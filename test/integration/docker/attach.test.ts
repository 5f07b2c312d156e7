import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { openEngine } from '../../../src/adapters/docker/client';
import { Demultiplexer } from '../../../src/adapters/docker/demultiplex';
import type { DockerEngine } from '../../../src/adapters/docker/engine';
import { parseDockerConnection } from '../../../src/adapters/docker/fields';
import { resolveTarget } from '../../../src/adapters/docker/target';
import { isClusterBackupError } from '../../../src/core/errors';
import { type RunningEngine, startEngine } from '../../../src/sandbox/parts/dockerEngine';
import { type RunningSshServer, startSshServer } from '../../../src/sandbox/parts/sshServer';
import { waitFor } from '../../../src/sandbox/parts/wait';

const MEGABYTE = 1024 * 1024;
const MEGABYTES = 100;

describe('A connection of both directions with a container', function () {
  this.timeout(300_000);
  let tls: RunningEngine;
  let plain: RunningEngine;
  let ssh: RunningSshServer;
  const opened: DockerEngine[] = [];

  const connect = async (
    entry: object,
    env: Record<string, string | undefined> = {},
  ): Promise<DockerEngine> => {
    const docker = openEngine(await resolveTarget(parseDockerConnection(entry), env), env);
    opened.push(docker);
    return docker;
  };
  const ways = {
    'a unix socket': () => connect({ host: tls.host }),
    TLS: () =>
      connect({
        host: `tcp://127.0.0.1:${tls.port}`,
        caFile: tls.tls?.caFile,
        clientCert: tls.tls?.certFile,
        clientKey: tls.tls?.keyFile,
      }),
    'plain TCP': () => connect({ host: `tcp://127.0.0.1:${plain.port}` }),
    ssh: () => connect({ host: `ssh://${ssh.user}@127.0.0.1:${ssh.port}` }, ssh.env),
  };

  /** A container that is created, attached to, then started. */
  async function attached(
    docker: DockerEngine,
    script: string,
    signal = new AbortController().signal,
  ): Promise<Duplex> {
    const purpose = 'try the connection';
    const { Id } = await docker.json<{ Id: string }>('/containers/create', {
      method: 'POST',
      body: {
        Image: 'shell:1',
        Cmd: ['sh', '-c', script],
        ...{ Tty: false, OpenStdin: true, StdinOnce: true, AttachStdin: true },
        ...{ AttachStdout: true, AttachStderr: true },
        HostConfig: { AutoRemove: true, LogConfig: { Type: 'none' }, NetworkMode: 'none' },
      },
      purpose,
      signal,
    });
    const query = { stream: true, stdin: true, stdout: true, stderr: true };
    const connection = await docker.attach(`/containers/${Id}/attach`, { query, purpose, signal });
    await docker.json(`/containers/${Id}/start`, { method: 'POST', purpose, signal });
    return connection;
  }

  before(async () => {
    [tls, plain] = await Promise.all([startEngine({ tcp: 'tls' }), startEngine({ tcp: 'plain' })]);
    await Promise.all([tls.importBusybox('shell:1'), plain.importBusybox('shell:1')]);
    ssh = await startSshServer({ remoteEnv: { DOCKER_HOST: tls.host } });
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((docker) => docker.close()));
  });
  after(async () => {
    await ssh.stop();
    await Promise.all([tls.stop(), plain.stop()]);
  });

  for (const [way, open] of Object.entries(ways)) {
    it(`brings all that goes in back out, and ends with its input (${way})`, async () => {
      const connection = await attached(await open(), 'cat; echo over >&2');
      const block = randomBytes(MEGABYTE);
      const sent = createHash('sha256');
      const came = createHash('sha256');
      function* blocks() {
        for (let i = 0; i < MEGABYTES; i++) {
          block.writeUInt32BE(i);
          const part = Buffer.from(block);
          sent.update(part);
          yield part;
        }
      }
      let said = '';
      let bytes = 0;
      const output = new Demultiplexer('here', (chunk) => (said += chunk.toString()));
      await Promise.all([
        pipeline(Readable.from(blocks()), connection, { end: true }),
        pipeline(connection, output, async (source) => {
          for await (const chunk of source as AsyncIterable<Buffer>) {
            bytes += chunk.length;
            came.update(chunk);
          }
        }),
      ]);
      assert.equal(bytes, MEGABYTES * MEGABYTE);
      assert.equal(came.digest('hex'), sent.digest('hex'));
      assert.equal(said, 'over\n');
    });
  }

  it('holds back whoever gives, and whoever takes', async () => {
    const docker = await connect({ host: tls.host });
    // Nobody reads: the container can't write, so it reads no more either.
    const connection = await attached(docker, 'cat');
    let given = 0;
    const chunk = Buffer.alloc(MEGABYTE);
    const source = new Readable({
      read() {
        given += chunk.length;
        this.push(chunk);
      },
    });
    source.pipe(connection);
    let before = -1;
    await waitFor(
      'it to stand still',
      async () => {
        const still = given === before;
        before = given;
        await delay(500);
        return (still && given > 0) || undefined;
      },
      { timeoutMs: 60_000 },
    );
    assert.ok(given < 20 * MEGABYTE, `${given} bytes were taken that nobody had read`);
    assert.ok(connection.readableLength < 3 * MEGABYTE);
    source.destroy();
    connection.destroy();
  });

  it('gives the engine’s own words when it says no', async () => {
    const docker = await connect({ host: tls.host });
    const attempt = docker.attach('/containers/nobody/attach', {
      query: { stream: true },
      purpose: 'try the connection',
      signal: new AbortController().signal,
    });
    await assert.rejects(attempt, { code: 'docker.status', message: /No such container/ });
  });

  for (const way of ['a unix socket', 'TLS'] as const) {
    it(`ends when it is cancelled, before and in the middle (${way})`, async () => {
      const docker = await ways[way]();
      const request = { purpose: 'try', signal: AbortSignal.abort() };
      await assert.rejects(docker.attach('/containers/x/attach', request), {
        code: 'core.cancelled',
      });
      const stop = new AbortController();
      const connection = await attached(docker, 'yes', stop.signal);
      await assert.rejects(
        async () => {
          for await (const _ of connection) stop.abort();
        },
        { code: 'core.cancelled' },
      );
    });

    it(`fails when the engine is killed in the middle (${way})`, async () => {
      const docker = await ways[way]();
      const connection = await attached(docker, 'echo begun; sleep 1000');
      let begun = false;
      const reading = (async () => {
        for await (const _ of connection) begun = true;
      })();
      reading.catch(() => undefined);
      await waitFor('it to begin', () => Promise.resolve(begun || undefined), {
        timeoutMs: 60_000,
      });
      try {
        await tls.kill();
        const error: unknown = await reading.then(
          () => assert.fail('it ended well'),
          (reason: unknown) => reason,
        );
        assert.ok(isClusterBackupError(error), String(error));
        assert.match(error.code, /^docker\./);
      } finally {
        await tls.startDaemon();
      }
    });
  }
});
