import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** One line of the table: ours against a floor measured in the same run. */
export interface BenchRow {
  what: string;
  /** What the floor is, in a few words. */
  floor: string;
  floorValue: number;
  ours: number;
  unit: 'ms' | 'MB' | 'MB/s';
  /** Bounds of ours divided by the floor, where one is promised. */
  atMost?: number;
  atLeast?: number;
}

/** A bench file exports this. */
export interface Bench {
  bench(): Promise<BenchRow[]>;
}

/** What one measured process reports. */
export interface Measured {
  /** Milliseconds of the work itself, without the start of the process. */
  ms: number;
  /** Peak resident memory of the process, MB. */
  rss: number;
}

const ARGUMENT = '--measure';

/**
 * Runs `work` of that name in a process of its own, so that neither compiled code nor memory of
 * another run counts. The file has to call `answerMeasure` with the same names.
 */
export function measure(file: string, name: string, ...args: string[]): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [file, ARGUMENT, name, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(JSON.parse(out.trim().split('\n').at(-1) ?? '') as Measured);
      else reject(new Error(`${name} ended with ${code}`));
    });
  });
}

/** In a measured process, does the work it was started for; elsewhere nothing. */
export async function answerMeasure(
  works: Readonly<Record<string, (...args: string[]) => Promise<unknown>>>,
): Promise<void> {
  const [, , argument, name = '', ...args] = process.argv;
  if (argument !== ARGUMENT) return;
  const started = performance.now();
  await works[name]?.(...args);
  const ms = performance.now() - started;
  // Kilobytes, peak.
  const rss = process.resourceUsage().maxRSS / 1024;
  console.log(JSON.stringify({ ms, rss } satisfies Measured));
}

/**
 * Runs a command to its end: how long it took, and the most memory it had itself, whatever it started.
 *
 * @param env all of its environment but `PATH`
 */
export async function measureCommand(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
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

/**
 * Takes turns between two measurements and gives the best of each: on a shared machine the best is
 * what repeats.
 */
export async function sideBySide<T extends Measured>(
  floor: () => Promise<T>,
  ours: () => Promise<T>,
  turns = 5,
): Promise<{ floor: T; ours: T }> {
  const all: { floor: T; ours: T }[] = [];
  for (let turn = 0; turn < turns; turn++) {
    all.push({ floor: await floor(), ours: await ours() });
  }
  const best = (runs: T[]) => runs.reduce((a, b) => (b.ms < a.ms ? b : a));
  return { floor: best(all.map((run) => run.floor)), ours: best(all.map((run) => run.ours)) };
}

/** A folder for generated input that is kept between runs and not in version control. */
export async function benchFolder(): Promise<string> {
  let root = __dirname;
  while (!existsSync(join(root, 'package.json'))) root = dirname(root);
  const folder = join(root, '.cache', 'bench');
  await mkdir(folder, { recursive: true });
  return folder;
}
