import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEngine } from '../../src/sandbox/parts/dockerEngine';
import type { RunningEngine } from '../../src/sandbox/parts/dockerEngine';
import { repositoryRoot } from '../../src/sandbox/parts/folders';
import { sideBySide } from './measure';
import type { BenchRow, Measured } from './measure';

const MEGABYTES = 256;
const TURNS = 3;
const IMAGE = 'bench/busybox';

/** Runs a command to its end: how long it took, and the most memory it had. */
async function measured(
  program: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<Measured & { out: string }> {
  const started = performance.now();
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '', ...env },
  });
  let out = '';
  let all = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (all = (all + chunk.toString()).slice(-4000)));
  }
  let rss = 0;
  const look = async (): Promise<void> => {
    const status = await readFile(`/proc/${child.pid ?? 0}/status`, 'utf8').catch(() => '');
    rss = Math.max(rss, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
  };
  const timer = setInterval(() => void look(), 10);
  const [code] = (await once(child, 'close')) as [number | null];
  clearInterval(timer);
  if (code !== 0) throw new Error(`${[program, ...args].join(' ')} ended with ${code}:\n${all}`);
  return { ms: performance.now() - started, rss, out };
}

/** A volume of 256 MiB that nothing compresses. */
async function fill(engine: RunningEngine): Promise<void> {
  await engine.importBusybox(IMAGE);
  await engine.docker('volume', 'create', 'data');
  await engine.docker(
    ...['run', '--rm', '--network', 'none', '-v', 'data:/v', IMAGE, 'sh', '-c'],
    `dd if=/dev/urandom of=/v/blob bs=1M count=${MEGABYTES} 2>/dev/null`,
  );
}

/** One volume of a real engine, to the vault and back, against what operators type without us. */
export async function bench(): Promise<BenchRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'cluster-backup-bench-'));
  const engine = await startEngine({ hostname: 'bench' });
  try {
    await engine.docker('swarm', 'init', '--advertise-addr', engine.address);
    await fill(engine);
    const home = join(folder, 'home');
    await mkdir(home);
    const entry = { system: 'swarm', host: engine.host };
    const file = join(home, 'cluster-backup.jsonc');
    await writeFile(file, JSON.stringify({ clusters: { prod: entry } }));
    const cli = (...args: string[]) =>
      measured(process.execPath, [join(repositoryRoot, 'dist', 'cli.js'), ...args], {
        CLUSTER_BACKUP_HOME: home,
        HOME: home,
      });
    const shell = (command: string) => measured('sh', ['-c', command], { HOME: home });
    const docker = `${engine.cli} --host ${engine.host} run --rm --network none`;
    const tar = join(folder, 'data.tar');
    let id = '';
    let copy = 0;

    const backup = await sideBySide(
      () => shell(`${docker} -v data:/v:ro ${IMAGE} tar -c -C /v . > ${tar}`),
      async () => {
        if (id !== '') await cli('delete', id, '--yes');
        const args = ['--quiet', 'create', 'prod', '--part', 'volumes', '--only', 'volume:data'];
        const run = await cli(...args);
        id = run.out.trim();
        return run;
      },
      TURNS,
    );
    const restore = await sideBySide(
      () => shell(`${docker} -i -v by-hand-${++copy}:/v ${IMAGE} tar -x -C /v < ${tar}`),
      () =>
        cli(
          ...['restore', id, '--to', 'prod', '--only', 'volume:data', '--conflict', 'rename'],
          ...['--rename', `volume/bench/data=copy-${++copy}`, '--no-safety-backup', '--yes'],
        ),
      TURNS,
    );
    const rows = (what: string, floor: string, best: typeof backup): BenchRow[] => [
      {
        what: `${what} a volume of ${MEGABYTES} MB`,
        floor,
        floorValue: best.floor.ms,
        ours: best.ours.ms,
        unit: 'ms',
        atMost: 0.2,
      },
      {
        what: 'its peak memory',
        floor: 'the limit',
        floorValue: 150,
        ours: best.ours.rss,
        unit: 'MB',
        atMost: 1,
      },
    ];
    return [
      ...rows('back up', 'docker run … tar c > file', backup),
      ...rows('restore', 'docker run -i … tar x < file', restore),
    ];
  } finally {
    await engine.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
