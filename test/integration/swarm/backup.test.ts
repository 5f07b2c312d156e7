import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startEngine } from '../../../src/sandbox/parts/dockerEngine';
import type { RunningEngine } from '../../../src/sandbox/parts/dockerEngine';
import type { SwarmManifest } from '../../../src/snapshots/swarm/layout';
import { context, inVolume, refused, save, specOf, Station, traces, untilRunning } from './support';
import type { Saved } from './support';

const run = promisify(execFile);
const STACK = 'com.docker.stack.namespace=shop';

describe('Docker Swarm: a backup of a whole swarm', function () {
  this.timeout(300_000);
  let engine: RunningEngine;
  let station: Station;
  let saved: Saved;
  let folder: string;
  let manifest: SwarmManifest;

  before(async () => {
    station = await Station.make();
    engine = await startEngine({ hostname: 'node1' });
    await engine.importBusybox('shell:1');
    await engine.docker('swarm', 'init', '--advertise-addr', engine.address);
    await engine.docker('node', 'update', '--label-add', 'zone=a', 'node1');
    await engine.docker('network', 'create', '-d', 'overlay', '--label', STACK, 'shop_net');
    const config = join(engine.folder, 'site.conf');
    await writeFile(config, 'listen 80;\n');
    await engine.docker('config', 'create', '--label', STACK, 'shop_site', config);
    await engine.docker('secret', 'create', '--label', STACK, 'shop_key', config);
    await engine.docker('volume', 'create', '--label', STACK, 'shop_data');
    await engine.docker('volume', 'create', 'lonely');
    await inVolume(
      engine,
      'shop_data',
      `cd /v; echo hello > plain; chown 1234:4321 plain; chmod 4751 plain; mkdir -p deep/er;
       ln -s ../plain deep/link; ln plain hard; mkfifo pipe; echo x > 'odd name ü'; 
       dd if=/dev/zero of=sparse bs=1 count=1 seek=5000000; mkdir empty; chmod 1777 empty; echo big > deep/er/file;
       touch -d '2001-02-03 04:05:06' deep/er plain`,
    );
    await engine.docker(
      ...[
        'service',
        'create',
        '--quiet',
        '--name',
        'shop_web',
        '--replicas',
        '2',
        '--label',
        STACK,
      ],
      ...['--network', 'shop_net', '--config', 'shop_site', '--secret', 'shop_key'],
      ...['--mount', 'type=volume,source=shop_data,target=/data', '--limit-memory', '32m'],
      ...['shell:1', 'sleep', '100000'],
    );
    await engine.docker(
      ...['service', 'create', '--quiet', '--name', 'other', '--mode', 'global'],
      ...['--mount', 'type=volume,source=other_data,target=/data', 'shell:1', 'sleep', '100000'],
    );
    await untilRunning(engine, 'shop_web', 2);
    saved = await save(station.adapter({ host: engine.host }));
    folder = join(engine.folder, 'unpacked');
    await mkdir(folder);
    await writeFile(join(engine.folder, 'all.tar'), saved.bytes);
    await run('tar', ['-xf', join(engine.folder, 'all.tar'), '-C', folder]);
    manifest = await json('manifest.json');
  });
  after(async () => {
    await station.remove();
    await engine.stop();
  });

  const json = async <T>(name: string): Promise<T> =>
    JSON.parse(await readFile(join(folder, name), 'utf8')) as T;

  it('is whole by our own check and by sha256sum', async () => {
    assert.equal(saved.report.format, 'swarm');
    await run('sha256sum', ['--strict', '-c', 'SHA256SUMS'], { cwd: folder });
    assert.equal(await traces(engine), '');
  });

  it('says what is in it and what is not', () => {
    assert.equal(manifest.engine.name, 'node1');
    assert.deepEqual(manifest.definitions, {
      swarm: 1,
      node: 1,
      network: 1,
      secret: 1,
      config: 1,
      volume: 3,
      service: 2,
    });
    assert.deepEqual(
      manifest.volumes.map(({ id, services }) => [id, services]),
      [
        ['volume/node1/lonely', []],
        ['volume/node1/other_data', ['other']],
        ['volume/node1/shop_data', ['shop_web']],
      ],
    );
    assert.deepEqual(manifest.left, []);
    assert.match(manifest.notes.join('\n'), /payload/);
  });

  it('has every definition as the engine gives it, and no token or payload', async () => {
    const service = await json<{ Spec: unknown }>('definitions/services/shop_web.json');
    assert.deepEqual(service.Spec, await specOf(engine, 'shop_web'));
    const config = await json<{ Spec: { Data: string } }>('definitions/configs/shop_site.json');
    assert.equal(Buffer.from(config.Spec.Data, 'base64').toString(), 'listen 80;\n');
    const secret = await json<{ Spec: object }>('definitions/secrets/shop_key.json');
    assert.ok(!('Data' in secret.Spec));
    const node = await json<{ Spec: { Labels: object } }>('definitions/nodes/node1.json');
    assert.deepEqual(node.Spec.Labels, { zone: 'a' });
    const tokens = await engine.docker('swarm', 'join-token', '-q', 'worker');
    assert.ok(!saved.bytes.includes(tokens.trim().slice(0, 30)));
  });

  it('has volumes as they are: bytes, owners, modes, links, times', async () => {
    const out = join(engine.folder, 'volume');
    await mkdir(out);
    const pieces = join(folder, 'volumes/node1/shop_data');
    await run('sh', ['-c', `cat ${pieces}/tar.* | tar -x --same-owner -p -C ${out}`]);
    const original = join(engine.dataRoot, 'volumes/shop_data/_data');
    const list = async (at: string): Promise<string> =>
      (await run('sh', ['-c', `cd ${at} && find . -printf '%P %y %m %U %G %s %Ts %l %n\n' | sort`]))
        .stdout;
    const before = await list(original);
    assert.match(before, /^plain f 4751 1234 4321/m);
    assert.equal(await list(out), before);
    await run('diff', ['-r', '--exclude', 'pipe', original, out]);
  });

  it('can be one stack, with what it needs, or one volume of one node', async () => {
    const adapter = station.adapter({ host: engine.host });
    const only = [{ kind: 'stack', name: 'shop' }];
    const stack = await save(adapter, { mode: 'live', scope: { only } });
    assert.deepEqual(names(stack), ['network', 'secret', 'config', 'volume', 'service']);
    const service = { mode: 'live', scope: { only: [{ kind: 'service', name: 'shop_web' }] } };
    const one = await save(adapter, service);
    assert.match(one.notes.join('\n'), /needs it: .*network\/shop_net/);
    const volume = { only: [{ kind: 'volume', name: 'node1/lonely' }] };
    assert.deepEqual(names(await save(adapter, { mode: 'live', scope: volume })), ['volume']);
    const lost = { only: [{ kind: 'volume', name: 'nowhere' }] };
    await refused(adapter.backup({ mode: 'live', scope: lost }, context()), 'swarm.unknownItem');
  });

  function names({ bytes }: Saved): string[] {
    const text = bytes.subarray(512, 512 + 100_000).toString();
    const { definitions } = JSON.parse(text.slice(0, text.indexOf('\n}\n') + 2)) as SwarmManifest;
    return Object.keys(definitions);
  }

  it('leaves nothing when it is cancelled in the middle', async () => {
    await inVolume(engine, 'lonely', 'dd if=/dev/urandom of=/v/large bs=1M count=48');
    const stop = new AbortController();
    const adapter = station.adapter({ host: engine.host });
    const source = await adapter.backup({ mode: 'live' }, context(stop.signal));
    let seen = 0;
    await refused(
      (async () => {
        for await (const chunk of source.stream as AsyncIterable<Buffer>) {
          seen += chunk.length;
          if (seen > 10_000_000) stop.abort();
        }
      })(),
      'core.cancelled',
    );
    await adapter.close();
    assert.equal(await traces(engine), '');
    assert.deepEqual(await adapter.interrupted?.(), []);
    assert.ok(seen < 40_000_000);
  });

  it('leaves nothing when whoever reads it goes away', async () => {
    const adapter = station.adapter({ host: engine.host });
    const source = await adapter.backup({ mode: 'live' }, context());
    source.stream.on('error', () => undefined);
    for await (const _ of source.stream) break;
    await adapter.close();
    assert.equal(await traces(engine), '');
  });
});
