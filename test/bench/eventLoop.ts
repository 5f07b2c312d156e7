import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchSnapshot, KEYS_OF_LARGE } from '../support/snapshots/benchSnapshot';
import { benchFolder } from './measure';
import type { BenchRow } from './measure';

const MOST_MS = 50;

/** From inside the extension host of the real VS Code: how long its event loop stands still at worst. */
export async function bench(): Promise<BenchRow[]> {
  const file = await benchSnapshot(await benchFolder(), KEYS_OF_LARGE);
  const folder = await mkdtemp(join(tmpdir(), 'cluster-backup-bench-'));
  const out = join(folder, 'figures.json');
  try {
    const child = spawn(process.execPath, [join(__dirname, '../host/launch.js'), 'bench'], {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, BENCH_FILE: file, BENCH_OUT: out },
    });
    const [code] = (await once(child, 'close')) as [number | null];
    if (code !== 0) throw new Error('the run in the extension host failed');
    const figures = JSON.parse(await readFile(out, 'utf8')) as Record<string, number>;
    const row = (what: string, ours: number | undefined): BenchRow => ({
      what,
      floor: 'the limit',
      floorValue: MOST_MS,
      ours: ours ?? Infinity,
      unit: 'ms',
      atMost: 1,
    });
    return [
      row('activation', figures.activation),
      row('longest stall of the extension host: 1 GB inspect', figures.inspect),
      row('longest stall of the extension host: 1 GB verify', figures.verify),
      row('longest stall of the extension host: 1 GB backup', figures.backup),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
