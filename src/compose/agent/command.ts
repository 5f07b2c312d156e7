import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { agentErrors } from '../../core/agent/agentErrors';
import { throwIfCancelled } from '../../core/errors';
import type { Log } from '../../core/ports';
import { redact } from '../../core/redact';
import { linesOf } from './hookOutput';

export interface HookCommand {
  /** Program and arguments. */
  command: readonly string[];
  env: Record<string, string | undefined>;
  /** Where it runs, absolute; relative paths of the program are meant from there. */
  folder: string;
  /** Milliseconds. */
  timeout: number;
  /** Taken out of what it prints. */
  secrets: readonly string[];
  /** Milliseconds between the request to end and the end by force. Default: 5 seconds. */
  grace?: number;
}

const GRACE_MS = 5_000;
/** Output may come from what the hook left running: it is not waited for any longer than this. */
const DRAIN_MS = 500;
const isWindows = process.platform === 'win32';

/**
 * Runs a hook's program to its end, without a shell and without input; what it prints goes to the log. At the end of its
 * time, or when cancelled, it is ended with all that it started.
 *
 * @throws `agent.hookFailed`, `agent.hookTimeout`, `agent.hookNotStarted`, `core.cancelled`
 */
export async function runCommand(hook: HookCommand, log: Log, signal: AbortSignal): Promise<void> {
  throwIfCancelled(signal);
  const [program = '', ...args] = hook.command;
  const name = basename(program);
  const child = spawn(program, args, {
    cwd: hook.folder,
    env: hook.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that all of it can be ended.
    detached: !isWindows,
    windowsHide: true,
  });
  const output = linesOf([child.stdout, child.stderr], (line) =>
    log.info(`${name}: ${redact(line, hook.secrets)}`),
  );
  const limit = AbortSignal.timeout(hook.timeout);
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const stop = stopping(child, AbortSignal.any([signal, limit]), hook.grace ?? GRACE_MS);
  try {
    const [code, killedBy] = await ended;
    await Promise.race([once(child, 'close'), delay(DRAIN_MS, undefined, { ref: false })]);
    throwIfCancelled(signal);
    if (limit.aborted) {
      const message = `The hook "${name}" was ended: it took longer than ${hook.timeout / 1000} seconds.`;
      throw agentErrors.hookTimeout({ message });
    }
    if (code === 0) return;
    const how = killedBy === null ? `with exit code ${code ?? '?'}` : `by ${killedBy}`;
    throw agentErrors.hookFailed({ message: `The hook "${name}" ended ${how}.` });
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? '';
    if (!/^E[A-Z0-9]+$/.test(reason)) throw error;
    throw agentErrors.hookNotStarted({
      message: `The hook "${name}" could not be started (${reason}).`,
      cause: error,
    });
  } finally {
    await stop();
    output.end();
    child.stdout.destroy();
    child.stderr.destroy();
  }
}

/** Ends the child's group once the signal is aborted. What is given back waits for that to be over. */
function stopping(child: ChildProcess, signal: AbortSignal, grace: number): () => Promise<void> {
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= endGroup(child, grace);
  };
  signal.addEventListener('abort', stop);
  return async () => {
    signal.removeEventListener('abort', stop);
    await stopped;
  };
}

async function endGroup(child: ChildProcess, grace: number): Promise<void> {
  if (!signalGroup(child, 'SIGTERM')) return;
  const until = performance.now() + grace;
  while (performance.now() < until && signalGroup(child, 0)) await delay(20);
  signalGroup(child, 'SIGKILL');
}

/** Whether there was anybody to be told. */
function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals | 0): boolean {
  if (pid === undefined) return false;
  if (isWindows && signal !== 0) {
    spawn('taskkill', ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true }).on(
      'error',
      () => undefined,
    );
    return true;
  }
  try {
    return process.kill(isWindows ? pid : -pid, signal);
  } catch {
    return false;
  }
}
