import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { once } from 'node:events';
import { delimiter, join } from 'node:path';
import { atEnd, signalGroup } from './cleanup';

/** A program that runs in the background until it is stopped. */
export interface RunningProcess {
  readonly pid: number;
  /** What it printed last, for error messages. */
  readonly output: () => string;
  /** Whether it has ended, by itself or by `stop`. */
  readonly ended: () => boolean;
  /** Resolves when it ends. */
  readonly end: Promise<void>;
  /** Asks it to end, then makes it. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<void>;
}

export interface StartOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  onLine?: (line: string) => void;
  /** How long `stop` waits for a good end. */
  patienceMs?: number;
}

const keptOutput = 64 * 1024;

/** The full path of a program on PATH. */
export function findOnPath(name: string, path = process.env['PATH'] ?? ''): string | undefined {
  for (const folder of path.split(delimiter)) {
    if (folder === '') continue;
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      if (statSync(file).isFile()) return file;
    } catch {
      // Not here.
    }
  }
  return undefined;
}

/** Starts a program in a process group of its own. It never outlives this process. */
export function startProcess(
  program: string,
  args: readonly string[],
  options: StartOptions = {},
): RunningProcess {
  const [command, commandArgs] = tiedToThisProcess(program, args);
  const child = spawn(command, commandArgs, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env }),
  });
  let text = '';
  let rest = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text = (text + chunk).slice(-keptOutput);
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) options.onLine?.(line);
    });
  }
  let ended = false;
  const forget = atEnd({ child });
  const end = new Promise<void>((resolve) => {
    const done = (): void => {
      ended = true;
      // Children of its own go with it.
      signalGroup(child, 'SIGKILL');
      void forget();
      resolve();
    };
    child.once('error', (error) => {
      text += error.message;
      if (child.pid === undefined) done();
    });
    child.once('exit', done);
  });
  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
    if (ended) return;
    signalGroup(child, signal);
    const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), options.patienceMs ?? 5000);
    await end;
    clearTimeout(timer);
  };
  return { pid: child.pid ?? -1, output: () => text, ended: () => ended, end, stop };
}

// The kernel ends the program even when this process is killed outright, where it can be asked to.
function tiedToThisProcess(program: string, args: readonly string[]): [string, string[]] {
  const setpriv = process.platform === 'linux' ? findOnPath('setpriv') : undefined;
  if (setpriv === undefined) return [program, [...args]];
  return [setpriv, ['--pdeathsig', 'KILL', '--', program, ...args]];
}

/** Runs a program to its end and gives what it printed on stdout; a failure throws with all it said. */
export async function run(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; input?: string } = {},
): Promise<string> {
  const [command, commandArgs] = tiedToThisProcess(program, args);
  const child = spawn(command, commandArgs, {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env }),
  });
  const forget = atEnd({ child });
  let out = '';
  let all = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    out += chunk;
    all += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (all += chunk));
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const [code, signal] = (await once(child, 'close').finally(forget)) as [
    number | null,
    NodeJS.Signals | null,
  ];
  if (code !== 0) {
    const why = code === null ? `was ended by ${signal ?? 'a signal'}` : `ended with ${code}`;
    throw new Error(`${[program, ...args].join(' ')} ${why}:\n${all.slice(-4000)}`);
  }
  return out;
}

/** This process's environment without what npm adds for a script: a nested npm would take it as its own. */
export function plainEnvironment(): NodeJS.ProcessEnv {
  const inherited =
    /^(npm_(package|lifecycle)_|npm_config_(local_prefix|prefix|global_prefix)$|npm_(command|execpath|node_execpath)$|INIT_CWD$|VSCODE_|ELECTRON_RUN_AS_NODE$|NODE_OPTIONS$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !inherited.test(name)));
}
