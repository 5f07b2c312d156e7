import { spawn } from 'node:child_process';
import type { ChildProcess, StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { plainEnvironment } from '../../../src/sandbox/parts/processes';

/** The command line as the tests build it: every file on its own. */
export const CLI = join(__dirname, '../../../src/cli/main.js');

export interface CliResult {
  code: number | null;
  out: string;
  err: string;
}

export interface RunningCli {
  child: ChildProcess;
  result: Promise<CliResult>;
}

/** A folder of its own for each test: configuration, vault, journal. */
export class Workplace {
  readonly config: string;
  readonly vault: string;

  constructor(
    readonly folder: string,
    readonly env: Record<string, string> = {},
    readonly script = CLI,
  ) {
    this.config = join(folder, 'clusters.jsonc');
    this.vault = join(folder, 'vault');
  }

  /** Writes the configuration; `encryption` and so on as in the file. */
  async configure(clusters: Record<string, Record<string, unknown>>): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    await writeFile(
      this.config,
      `// Made by a test.\n${JSON.stringify({ vault: './vault', clusters }, null, 2)}`,
    );
  }

  start(
    args: string[],
    options: { env?: Record<string, string>; stdio?: StdioOptions; cwd?: string } = {},
  ): RunningCli {
    const child = spawn(process.execPath, [this.script, ...args], {
      cwd: options.cwd ?? this.folder,
      stdio: options.stdio ?? ['ignore', 'pipe', 'pipe'],
      env: this.environment(options.env),
    });
    return { child, result: finished(child) };
  }

  /** Runs it to its end. */
  run(args: string[], env: Record<string, string> = {}): Promise<CliResult> {
    return this.start(args, { env }).result;
  }

  /** As `run` with --json: the document on stdout. */
  async json(args: string[], env: Record<string, string> = {}): Promise<unknown> {
    const { code, out, err } = await this.run([...args, '--json'], env);
    if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${err}`);
    return JSON.parse(out);
  }

  environment(env: Record<string, string> = {}): Record<string, string | undefined> {
    return {
      ...plainEnvironment(),
      CLUSTER_BACKUP_HOME: join(this.folder, 'home'),
      CLUSTER_BACKUP_CONFIG: this.config,
      ...this.env,
      ...env,
    };
  }

  /** Every file of the vault that is no lock, relative. */
  async vaultFiles(): Promise<string[]> {
    const all = await readdir(this.vault, { recursive: true, withFileTypes: true }).catch(() => []);
    return all
      .filter((e) => e.isFile() && !e.name.startsWith('.lock'))
      .map((e) => e.name)
      .sort();
  }
}

async function finished(child: ChildProcess): Promise<CliResult> {
  const result = { out: '', err: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (result.out += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (result.err += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...result };
}
