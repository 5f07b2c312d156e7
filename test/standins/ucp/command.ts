import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { buffer, text } from 'node:stream/consumers';
import type { RunningEngine } from '../../../src/sandbox/parts/dockerEngine';
import { SOCKET } from './image';

/** What a command of the stand-in gave. Small ones only: it is all in memory. */
export interface UcpRun {
  code: number | null;
  out: Buffer;
  log: string;
}

export interface UcpRunOptions {
  /** What it reads; left out: nothing. */
  input?: Uint8Array;
  /** Further arguments of `docker run`, in place of the mount of the socket when `bare`. */
  docker?: readonly string[];
  bare?: boolean;
  /** The container's name; left out: `ucp`, as in the documentation. */
  name?: string;
}

/** Runs a command of the stand-in as the documentation has it: `docker run --rm -i --name ucp … IMAGE ARGS`. */
export async function runUcp(
  engine: RunningEngine,
  image: string,
  args: readonly string[],
  options: UcpRunOptions = {},
): Promise<UcpRun> {
  const { docker = [], bare = false, name = 'ucp' } = options;
  const child = spawn(
    engine.cli,
    [
      ...['--host', engine.host, 'run', '--rm', '-i', '--name', name, '--log-driver', 'none'],
      ...[...(bare ? [] : SOCKET), ...docker, image, ...args],
    ],
    { env: { PATH: process.env['PATH'], HOME: engine.folder } },
  );
  // It may end before it has read what it is given.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? new Uint8Array());
  const closed = once(child, 'close') as Promise<[number | null]>;
  const [out, log, [code]] = await Promise.all([buffer(child.stdout), text(child.stderr), closed]);
  return { code, out, log };
}
