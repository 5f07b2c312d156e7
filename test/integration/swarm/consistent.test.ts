import assert from 'node:assert/strict';
import { readFile, mkdir, writeFile } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startEngine } from '../../../src/sandbox/parts/dockerEngine';
import type { RunningEngine } from '../../../src/sandbox/parts/dockerEngine';
import { waitFor } from '../../../src/sandbox/parts/wait';
import {
  context,
  inVolume,
  refused,
  running,
  save,
  specOf,
  Station,
  traces,
  untilRunning,
} from './support';

const run = promisify(execFile);

/** Two files that belong together, the larger one so that a reader needs a while between them. */
const WRITER = `i=0; trap 'stop=1' TERM; while [ -z "$stop" ]; do i=$((i+1)); printf '%08d' $i 1<> /data/aaa; printf '%08d' $i 1<> /data/zzz; done`;

describe('Docker Swarm: a consistent backup', function () {
  this.timeout(300_000);
  let engine: RunningEngine;
  let station: Station;

  before(async () => {
    station = await Station.make();
    engine = await startEngine({ hostname: 'node1' });
    await engine.importBusybox('shell:1');
    await engine.docker('swarm', 'init', '--advertise-addr', engine.address);
    await engine.docker('volume', 'create', 'pair');
    await inVolume(engine, 'pair', 'dd if=/dev/zero of=/v/mmm bs=1M count=24');
    // It ends by itself once both are written, and must not be ended in between, however slow the machine is.
    await service('writer', ['--replicas', '1', ...mount('pair')], WRITER, '60s');
    await service('reader', ['--replicas', '2', ...mount('pair')], 'sleep 100000');
    await service('everywhere', [
      '--mode',
      'global',
      '--constraint',
      'node.role==manager',
      ...mount('pair'),
    ]);
    await service('apart', ['--replicas', '1', ...mount('elsewhere')]);
    await untilRunning(engine, 'writer', 1);
    await untilRunning(engine, 'reader', 2);
    await waitFor(
      'both files to be there',
      async () =>
        (await inVolume(engine, 'pair', 'test -s /v/zzz && echo yes || true')) === 'yes\n' ||
        undefined,
      { timeoutMs: 60_000 },
    );
  });
  after(async () => {
    await station.remove();
    await engine.stop();
  });
  afterEach(() => station.close());

  const mount = (volume: string) => ['--mount', `type=volume,source=${volume},target=/data`];
  const service = (name: string, options: string[], script = 'sleep 100000', grace = '1s') =>
    engine.docker(
      ...['service', 'create', '--quiet', '--name', name, '--stop-grace-period', grace],
      ...[...options, 'shell:1', 'sh', '-c', script],
    );
  const only = (name: string) => ({ only: [{ kind: 'volume', name }] });

  async function halves(bytes: Buffer, name: string): Promise<[string, string]> {
    const folder = join(engine.folder, name);
    await mkdir(folder);
    await writeFile(join(folder, 'all.tar'), bytes);
    await run('tar', ['-xf', 'all.tar'], { cwd: folder });
    await run('sh', ['-c', 'cat volumes/node1/pair/tar.* | tar -x ./aaa ./zzz'], { cwd: folder });
    const read = (file: string) => readFile(join(folder, file), 'utf8');
    return [await read('aaa'), await read('zzz')];
  }

  it('is torn when live, never when consistent, and all is as before afterwards', async () => {
    const adapter = station.adapter({ host: engine.host });
    const names = ['writer', 'reader', 'everywhere', 'apart'];
    const before = await Promise.all(names.map((name) => specOf(engine, name)));
    let torn = 0;
    for (let i = 0; i < 5; i++) {
      const { bytes } = await save(adapter, { mode: 'live', scope: only('pair') });
      const [first, last] = await halves(bytes, `live${i}`);
      if (first !== last) torn++;
    }
    assert.ok(torn > 0, 'the writer tears what is read live');
    for (let i = 0; i < 3; i++) {
      const phases = context();
      const saved = await save(adapter, { mode: 'consistent', scope: only('pair') }, phases);
      const [first, last] = await halves(saved.bytes, `consistent${i}`);
      assert.equal(first, last);
      assert.ok(phases.phases.includes('Stopping service writer'), phases.phases.join());
      assert.ok(!phases.phases.includes('Stopping service apart'));
      await untilRunning(engine, 'writer', 1);
      await untilRunning(engine, 'reader', 2);
      await untilRunning(engine, 'everywhere', 1);
    }
    const after = await Promise.all(names.map((name) => specOf(engine, name)));
    assert.deepEqual(after, before);
    assert.equal(await traces(engine), '');
    assert.deepEqual(await adapter.interrupted?.(), []);
  });

  it('brings services back when it is cancelled while it reads', async () => {
    const stop = new AbortController();
    const adapter = station.adapter({ host: engine.host });
    const request = { mode: 'consistent', scope: only('pair') };
    const source = await adapter.backup(request, context(stop.signal));
    const before = await specOf(engine, 'writer');
    await refused(
      (async () => {
        let seen = 0;
        for await (const chunk of source.stream as AsyncIterable<Buffer>) {
          seen += chunk.length;
          if (seen > 6_000_000 && !stop.signal.aborted) {
            assert.equal(await running(engine, 'writer'), 0);
            stop.abort();
          }
        }
      })(),
      'core.cancelled',
    );
    await adapter.close();
    assert.deepEqual((await specOf(engine, 'writer')).Mode, { Replicated: { Replicas: 1 } });
    assert.notDeepEqual(before, undefined);
    assert.equal(await traces(engine), '');
    await untilRunning(engine, 'writer', 1);
  });

  it('keeps what somebody changed meanwhile', async () => {
    const adapter = station.adapter({ host: engine.host });
    const source = await adapter.backup({ mode: 'consistent', scope: only('pair') }, context());
    let changed = false;
    let seen = 0;
    for await (const chunk of source.stream as AsyncIterable<Buffer>) {
      seen += chunk.length;
      if (seen < 6_000_000 || changed) continue;
      changed = true;
      await engine.docker(
        ...['service', 'update', '--quiet', '--detach', '--label-add', 'color=red', 'reader'],
      );
    }
    assert.ok(changed);
    await adapter.close();
    const spec = await specOf(engine, 'reader');
    assert.deepEqual(spec.Labels, { color: 'red' });
    assert.deepEqual(spec.Mode, { Replicated: { Replicas: 2 } });
  });

  it('refuses what it could not bring back, before it stops anything', async () => {
    const adapter = station.adapter({ host: engine.host });
    const before = await specOf(engine, 'writer');
    await engine.docker(
      'run',
      '-d',
      '--name',
      'guest',
      '-v',
      'pair:/v',
      'shell:1',
      'sleep',
      '1000',
    );
    const request = { mode: 'consistent', scope: only('pair') };
    const busy = await refused(adapter.backup(request, context()), 'swarm.volumeInUse');
    assert.match(busy.message, /guest/);
    await engine.docker('rm', '-f', 'guest');
    await engine.docker(
      ...['service', 'create', '--quiet', '--detach', '--name', 'job', '--mode', 'replicated-job'],
      ...[...mount('pair'), 'shell:1', 'sleep', '1000'],
    );
    const job = await refused(adapter.backup(request, context()), 'swarm.cannotHold');
    assert.match(job.message, /job/);
    await engine.docker('service', 'rm', 'job');
    assert.deepEqual(await specOf(engine, 'writer'), before);
  });

  it('gives up on services that do not stop, and brings them back', async () => {
    await engine.docker('volume', 'create', 'slow');
    await engine.docker(
      ...['service', 'create', '--quiet', '--name', 'stubborn', '--stop-grace-period', '30s'],
      ...[...mount('slow'), 'shell:1', 'sh', '-c', "trap '' TERM; while :; do sleep 1; done"],
    );
    const adapter = station.adapter({ host: engine.host, timeouts: { drain: 2 } });
    const source = await adapter.backup({ mode: 'consistent', scope: only('slow') }, context());
    const error = await refused(source.stream.toArray(), 'swarm.notDrained');
    assert.match(error.message, /stubborn/);
    await adapter.close();
    const spec = await specOf(engine, 'stubborn');
    assert.deepEqual(spec.Mode, { Replicated: { Replicas: 1 } });
    assert.deepEqual(spec.Labels, {});
    assert.deepEqual(await adapter.interrupted?.(), []);
    await engine.docker('service', 'rm', 'stubborn');
  });
});
