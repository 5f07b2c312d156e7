import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startEngine } from '../../../src/sandbox/parts/dockerEngine';
import type { RunningEngine } from '../../../src/sandbox/parts/dockerEngine';
import { inVolume, Station } from './support';

const run = promisify(execFile);
const CHILD = join(__dirname, '../../support/swarm/backupChild.js');
/** Bytes. */
const MOST_MEMORY = 200 << 20;

describe('Docker Swarm: large volumes', function () {
  this.timeout(300_000);
  let engine: RunningEngine;
  let station: Station;
  before(async () => {
    station = await Station.make();
    engine = await startEngine({ hostname: 'node1' });
    await engine.importBusybox('shell:1');
    await engine.docker('volume', 'create', 'large');
    await engine.docker('volume', 'create', 'many');
  });
  after(async () => {
    await station.remove();
    await engine.stop();
  });

  async function backUp(volume: string) {
    const { stdout } = await run(process.execPath, [CHILD, engine.host, station.state, volume]);
    return JSON.parse(stdout) as { bytes: number; rss: number; counts: Record<string, number> };
  }

  it('stream 1 GB in bounded memory', async () => {
    await inVolume(engine, 'large', 'dd if=/dev/zero of=/v/file bs=1M count=1024');
    const { bytes, rss } = await backUp('large');
    assert.ok(bytes > 1 << 30, String(bytes));
    assert.ok(rss < MOST_MEMORY, `${rss >> 20} MiB`);
  });

  it('stream 100,000 small files in bounded memory', async () => {
    await inVolume(
      engine,
      'many',
      'cd /v; i=0; while [ $i -lt 100 ]; do mkdir $i; j=0; while [ $j -lt 1000 ]; do echo $j > $i/$j; j=$((j+1)); done; i=$((i+1)); done',
    );
    const { bytes, rss } = await backUp('many');
    assert.ok(bytes > 100_000 * 1024, String(bytes));
    assert.ok(rss < MOST_MEMORY, `${rss >> 20} MiB`);
  });
});
