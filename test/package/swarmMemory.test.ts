import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEngine } from '../../src/sandbox/parts/dockerEngine';
import type { RunningEngine } from '../../src/sandbox/parts/dockerEngine';
import { repositoryRoot } from '../../src/sandbox/parts/folders';
import { inVolume } from '../integration/swarm/support';

/** MiB, of the whole process, with its threads. */
const MOST_MEMORY = 150;
const CLI = join(repositoryRoot, 'dist', 'cli.js');

describe('The packaged command line: large volumes', function () {
  this.timeout(300_000);
  let engine: RunningEngine;
  let home: string;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'cluster-backup-size-'));
    engine = await startEngine({ hostname: 'node1' });
    await engine.importBusybox('shell:1');
    await engine.docker('swarm', 'init', '--advertise-addr', engine.address);
    const entry = { system: 'swarm', host: engine.host };
    await mkdir(join(home, 'vault'));
    await writeFile(
      join(home, 'cluster-backup.jsonc'),
      JSON.stringify({ clusters: { prod: entry } }),
    );
  });
  after(async () => {
    await engine.stop();
    await rm(home, { recursive: true, force: true });
  });

  async function cli(...args: string[]): Promise<{ out: string; peak: number }> {
    const child = spawn(process.execPath, [CLI, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], CLUSTER_BACKUP_HOME: home, HOME: home },
    });
    let out = '';
    let problem = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (problem += chunk.toString()));
    let peak = 0;
    const look = async (): Promise<void> => {
      const status = await readFile(`/proc/${child.pid ?? 0}/status`, 'utf8').catch(() => '');
      peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
    };
    const timer = setInterval(() => void look(), 10);
    const [code] = (await once(child, 'close')) as [number | null];
    clearInterval(timer);
    assert.equal(code, 0, problem);
    assert.ok(peak > 20, 'its memory was seen');
    return { out: out.trim(), peak };
  }

  /** Backs a volume up and puts it back under another name: the most memory of each. */
  async function thereAndBack(volume: string) {
    const made = await cli('--quiet', 'create', 'prod', '--only', `volume:${volume}`);
    const back = await cli(
      ...['restore', made.out, '--to', 'prod', '--only', `volume:${volume}`],
      ...['--conflict', 'rename', '--rename', `volume/node1/${volume}=${volume}-back`],
      ...['--no-safety-backup', '--yes'],
    );
    await cli('delete', made.out, '--yes');
    return { create: made.peak, restore: back.peak };
  }

  async function sameFiles(volume: string, files: number): Promise<void> {
    const sums = async (name: string) =>
      inVolume(
        engine,
        name,
        'cd /v; find . -type f | sort | xargs cat | sha256sum; find . -type f | wc -l',
      );
    const before = await sums(volume);
    assert.match(before, new RegExp(`^${files}$`, 'm'));
    assert.equal(await sums(`${volume}-back`), before);
  }

  function refuseMore(peaks: Record<string, number>): void {
    for (const [what, peak] of Object.entries(peaks)) {
      assert.ok(peak < MOST_MEMORY, `${what}: ${peak.toFixed(0)} MiB`);
    }
  }

  it('take 1 GB in one volume there and back under 150 MB of memory', async () => {
    await inVolume(engine, 'large', 'dd if=/dev/urandom of=/v/file bs=1M count=1024');
    refuseMore(await thereAndBack('large'));
    await sameFiles('large', 1);
    await engine.docker('volume', 'rm', 'large', 'large-back');
  });

  it('take 100,000 small files there and back under 150 MB of memory', async () => {
    await inVolume(
      engine,
      'many',
      'cd /v; i=0; while [ $i -lt 100 ]; do mkdir $i; j=0; while [ $j -lt 1000 ]; do echo $j > $i/$j; j=$((j+1)); done; i=$((i+1)); done',
    );
    refuseMore(await thereAndBack('many'));
    await sameFiles('many', 100_000);
  });
});
