import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export interface ChildResult {
  signal: NodeJS.Signals | null;
  code: number | null;
  lines: string[];
  errors: string;
}

const script = join(__dirname, 'vaultChild.js');

/** Starts the child; see vaultChild.ts for its arguments. */
export function startChild(...args: (string | number)[]): ChildProcess {
  return spawn(process.execPath, [script, ...args.map(String)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Runs the child to its end, or to its death. */
export async function runChild(...args: (string | number)[]): Promise<ChildResult> {
  const child = startChild(...args);
  let output = '';
  let errors = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { code, signal, lines: output.split('\n').filter(Boolean), errors };
}
