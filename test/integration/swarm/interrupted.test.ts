import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { ItemisedAdapter } from '../../../src/core/ports';
import type { RunningEngine } from '../../../src/sandbox/parts/dockerEngine';
import { startSwarm } from '../../../src/sandbox/parts/dockerSwarm';
import type { RunningSwarm } from '../../../src/sandbox/parts/dockerSwarm';
import { waitFor } from '../../../src/sandbox/parts/wait';
import { context, inVolume, refused, specOf, Station, traces } from './support';
import { untilRunning } from './support';

const CHILD = join(__dirname, '../../support/crash/swarmChild.js');

describe('Docker Swarm: what was interrupted, while the engine is down', function () {
  this.timeout(300_000);
  let swarm: RunningSwarm;
  let main: RunningEngine;
  let station: Station;
  let host: string;
  let original: Record<string, unknown>;

  before(async () => {
    station = await Station.make();
    swarm = await startSwarm(1);
    const [first] = swarm.engines;
    assert.ok(first);
    main = first;
    await main.importBusybox('shell:1');
    await main.docker('volume', 'create', 'data');
    await inVolume(main, 'data', 'echo x > /v/file');
    await main.docker(
      ...['service', 'create', '--quiet', '--name', 'web', '--replicas', '2'],
      ...['--constraint', `node.hostname==${main.hostname}`, '--stop-grace-period', '1s'],
      ...['--mount', 'type=volume,source=data,target=/data', 'shell:1', 'sleep', '100000'],
    );
    original = await specOf(main, 'web');
    const socket = join(station.state, 'engine.sock');
    host = `unix://${socket}`;
    const args = [CHILD, main.socket, station.state, 'data', '1', 'after'];
    const child = spawn(process.execPath, args, { stdio: 'ignore' });
    const [, signal] = (await once(child, 'close')) as [number | null, string | null];
    assert.equal(signal, 'SIGKILL');
    await rm(socket, { force: true });
    await symlink(main.socket, socket);
    assert.notDeepEqual(await specOf(main, 'web'), original);
  });
  after(async () => {
    await station.remove();
    await swarm.stop();
  });
  afterEach(() => station.close());

  const adapter = (): ItemisedAdapter => station.adapter({ host });
  const stillHeld = async (): Promise<void> => {
    assert.match((await adapter().interrupted?.())?.join() ?? '', /holds web at zero/);
  };

  it('is kept while the engine is down, and said', async () => {
    await stillHeld();
    await main.stopDaemon();
    const resumed = adapter().resume?.(context()) ?? Promise.resolve();
    await refused(resumed, 'docker.unreachable');
    await refused(adapter().backup({ mode: 'live' }, context()), 'docker.unreachable');
    await stillHeld();
    await main.startDaemon();
  });

  it('is finished once the engine is back', async () => {
    await waitFor('a leader', async () => (await adapter().status(context())).leader, {
      timeoutMs: 180_000,
      everyMs: 1000,
    });
    assert.match((await adapter().resume?.(context()))?.join() ?? '', /web was brought back to 2/);
    assert.deepEqual(await specOf(main, 'web'), original);
    assert.deepEqual(await adapter().interrupted?.(), []);
    assert.equal(await traces(main), '');
    await untilRunning(main, 'web', 2);
  });
});
