import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { startEngine } from '../../../src/sandbox/parts/dockerEngine';
import type { RunningEngine } from '../../../src/sandbox/parts/dockerEngine';
import { context, inVolume, specOf, Station, traces } from './support';

const CHILD = join(__dirname, '../../support/crash/swarmChild.js');
const MOST_STEPS = 20;

describe('Docker Swarm: a consistent backup killed at any change it makes', function () {
  this.timeout(600_000);
  let engine: RunningEngine;
  let station: Station;
  const names = ['web', 'everywhere'];

  before(async () => {
    station = await Station.make();
    engine = await startEngine({ hostname: 'node1' });
    await engine.importBusybox('shell:1');
    await engine.docker('swarm', 'init', '--advertise-addr', engine.address);
    await engine.docker('volume', 'create', 'data');
    await inVolume(engine, 'data', 'echo x > /v/file');
    const mount = ['--mount', 'type=volume,source=data,target=/data', '--stop-grace-period', '1s'];
    const command = ['shell:1', 'sh', '-c', "trap 'exit 0' TERM; while :; do sleep 0.1; done"];
    await engine.docker(
      ...['service', 'create', '--quiet', '--name', 'web', '--replicas', '2', ...mount, ...command],
    );
    await engine.docker(
      ...['service', 'create', '--quiet', '--name', 'everywhere', '--mode', 'global'],
      ...['--constraint', 'node.hostname==node1', ...mount, ...command],
    );
  });
  after(async () => {
    await station.remove();
    await engine.stop();
  });

  /** @returns true when it went to its end before the step came */
  function runUntil(step: number, moment: string): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const args = [CHILD, engine.socket, station.state, 'data', String(step), moment];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
      let out = '';
      let problem = '';
      child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (problem += chunk.toString()));
      child.on('close', (_code, signal) => {
        if (signal === 'SIGKILL') resolve(false);
        else if (out.startsWith('done')) resolve(true);
        else reject(new Error(problem));
      });
    });
  }

  for (const moment of ['before', 'after']) {
    it(`is finished by the next start: services as they were, nothing left (${moment} each)`, async () => {
      const socket = join(station.state, 'engine.sock');
      const before = await Promise.all(names.map((name) => specOf(engine, name)));
      const seen = { held: 0, told: 0, traces: 0 };
      for (let step = 1; ; step++) {
        assert.ok(step < MOST_STEPS, 'the steps come to an end');
        await rm(socket, { force: true });
        const done = await runUntil(step, moment);
        await rm(socket, { force: true });
        await symlink(engine.socket, socket);
        const killed = await Promise.all(names.map((name) => specOf(engine, name)));
        const isHeld = JSON.stringify(killed) !== JSON.stringify(before);
        if (isHeld) seen.held++;
        if ((await traces(engine)) !== '') seen.traces++;

        const adapter = station.adapter({ host: `unix://${socket}` });
        const left = (await adapter.interrupted?.()) ?? [];
        if (isHeld) {
          assert.match(left.join(), /(web|everywhere).* at zero/, `step ${step}`);
          const { warnings } = await adapter.status(context());
          assert.match(warnings.join(), /held at zero/, `step ${step}: any machine can tell`);
        }
        if (left.length > 0) {
          seen.told++;
          await adapter.resume?.(context());
        }
        const after = await Promise.all(names.map((name) => specOf(engine, name)));
        assert.deepEqual(after, before, `step ${step}`);
        assert.equal(await traces(engine), '', `step ${step}`);
        assert.deepEqual(await adapter.interrupted?.(), [], `step ${step}`);
        await station.close();
        if (done) {
          assert.ok(!isHeld && left.length === 0);
          break;
        }
      }
      assert.ok(seen.held >= 3 && seen.traces >= 2, JSON.stringify(seen));
      assert.ok(seen.told >= seen.held);
    });
  }
});
