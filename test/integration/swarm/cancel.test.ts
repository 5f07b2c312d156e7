import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { repositoryRoot } from '../../../src/sandbox/parts/folders';
import { startEngine } from '../../../src/sandbox/parts/dockerEngine';
import type { RunningEngine } from '../../../src/sandbox/parts/dockerEngine';
import { OperationsClient } from '../../../src/workers/operationsClient';
import { Site } from './restoreSite';
import { inVolume, refused, specOf, traces, untilRunning } from './support';

const MOMENTS = 10;

describe('Docker Swarm: a backup in a thread of its own, cancelled', function () {
  this.timeout(600_000);
  let engine: RunningEngine;
  let site: Site;
  let client: OperationsClient;

  before(async () => {
    site = await Site.make();
    engine = await startEngine({ hostname: 'node1' });
    await engine.importBusybox('shell:1');
    await engine.docker('swarm', 'init', '--advertise-addr', engine.address);
    await engine.docker('volume', 'create', 'data');
    await inVolume(engine, 'data', 'dd if=/dev/urandom of=/v/file bs=1M count=192');
    await engine.docker(
      ...['service', 'create', '--quiet', '--name', 'web', '--stop-grace-period', '1s'],
      ...['--mount', 'type=volume,source=data,target=/data', 'shell:1', 'sleep', '100000'],
    );
    await untilRunning(engine, 'web', 1);
    const options = {
      activities: join(site.folder, 'activities'),
      by: 'test',
      env: {},
      state: site.state,
    };
    client = new OperationsClient(join(repositoryRoot, 'dist', 'workers'), options, site.log);
  });
  after(async () => {
    await client.dispose();
    await engine.stop();
    await site.remove();
  });

  async function backUp(signal: AbortSignal, phases: string[]): Promise<void> {
    await client.call(
      'backup',
      { cluster: site.cluster(engine), mode: 'consistent', origin: { kind: 'manual' } },
      { own: true, signal, progress: ({ phase }) => phases.push(phase) },
    );
  }

  const files = async () => (await readdir(join(site.folder, 'vault'), { recursive: true })).sort();

  it(`leaves nothing behind at any of ${MOMENTS} moments`, async () => {
    const original = await specOf(engine, 'web');
    const timed = async (run: Promise<void>): Promise<number> => {
      const started = performance.now();
      await run;
      return performance.now() - started;
    };
    let whole = await timed(backUp(new AbortController().signal, []));
    let kept = await files();
    let faster = 0;
    await untilRunning(engine, 'web', 1);
    const seen = new Set<string>();
    for (let moment = 0; moment < MOMENTS;) {
      const stop = new AbortController();
      const phases: string[] = [];
      const after = (whole * (moment + 0.5)) / (MOMENTS + 1);
      const timer = setTimeout(() => stop.abort(), after);
      const run = timed(backUp(stop.signal, phases));
      const took = await run.catch(() => undefined);
      clearTimeout(timer);
      if (took !== undefined) {
        // The machine has more time for it now than when it was measured: that moment comes again, sooner.
        assert.ok(++faster <= MOMENTS, `${faster} runs ended before they were cancelled`);
        whole = Math.min(whole * 0.9, took);
        kept = await files();
        await untilRunning(engine, 'web', 1);
        continue;
      }
      await refused(run, 'core.cancelled');
      moment++;
      seen.add(phases.at(-1) ?? '');
      const when = `after ${after.toFixed(0)} ms, in "${phases.at(-1) ?? ''}"`;
      assert.deepEqual(await specOf(engine, 'web'), original, when);
      assert.equal(await traces(engine), '', when);
      assert.deepEqual(await files(), kept, when);
      await untilRunning(engine, 'web', 1);
    }
    assert.ok(seen.size >= 3, [...seen].join(', '));
  });

  it('is made by a schedule with nobody to ask, once for its moment', async () => {
    const cluster = site.cluster(engine);
    const run = { cluster, schedule: '1d', since: new Date().toISOString(), mode: 'consistent' };
    const made = await client.call('scheduledBackup', run);
    assert.ok(made !== undefined);
    assert.equal(await client.call('scheduledBackup', run), undefined);
    await untilRunning(engine, 'web', 1);
    const backups = await client.call('policyBackups', { vault: cluster.vault, cluster: 'prod' });
    const [newest] = backups.filter(({ id }) => id === made.id);
    assert.deepEqual([newest?.scheduled, newest?.check], [true, 'ok']);
  });
});
