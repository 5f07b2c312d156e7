import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEngine } from '../../src/sandbox/parts/dockerEngine';
import type { RunningEngine } from '../../src/sandbox/parts/dockerEngine';
import { repositoryRoot } from '../../src/sandbox/parts/folders';
import { measureCommand, sideBySide } from './measure';
import type { BenchRow } from './measure';

const MEGABYTES = 256;
const TURNS = 3;
const IMAGE = 'bench/busybox';

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
      measureCommand(process.execPath, [join(repositoryRoot, 'dist', 'cli.js'), ...args], {
        CLUSTER_BACKUP_HOME: home,
        HOME: home,
      });
    const shell = (command: string) => measureCommand('sh', ['-c', command], { HOME: home });
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
