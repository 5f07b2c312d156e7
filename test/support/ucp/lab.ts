import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Operations, OperationsOptions } from '../../../src/compose/operations';
import { fromErrorInfo } from '../../../src/core/errors';
import type { RunningEngine } from '../../../src/sandbox/parts/dockerEngine';
import type { LabReply, LabRequest } from './labChild';

/** What a call told on its way. */
export interface Told {
  phases: string[];
  log: string[];
}

type Name = 'backup' | 'planRestore' | 'restore' | 'recovery' | 'recover' | 'status' | 'resume';
type Parameters_<N extends Name> = Parameters<Operations[N]>[0];
type Result<N extends Name> = Awaited<ReturnType<Operations[N]>>;

/**
 * The operations in the network of the engines: controllers answer there at the addresses that their swarm knows, and
 * nowhere else.
 */
export class Lab {
  readonly #child: ChildProcess;
  #last = 0;

  private constructor(child: ChildProcess) {
    this.#child = child;
    // Many calls listen at a time.
    child.setMaxListeners(50);
  }

  /** @param at an engine on whose machine it looks around */
  static start(at: RunningEngine, options: OperationsOptions): Lab {
    return new Lab(
      fork(join(__dirname, 'labChild.js'), [JSON.stringify(options)], {
        execPath: 'nsenter',
        execArgv: ['-t', String(at.node.pid), '--net', process.execPath],
        serialization: 'advanced',
      }),
    );
  }

  /** Calls an operation; `phases` are told as they come. */
  call<N extends Name>(
    name: N,
    params: Parameters_<N>,
    { signal, told }: { signal?: AbortSignal; told?: Told } = {},
  ): Promise<Result<N>> {
    const id = ++this.#last;
    const child = this.#child;
    const post = (request: LabRequest): void => void child.send(request);
    const cancel = (): void => post({ type: 'cancel', id });
    signal?.addEventListener('abort', cancel);
    return new Promise<Result<N>>((resolve, reject) => {
      const over = (): void => {
        signal?.removeEventListener('abort', cancel);
        child.off('message', take).off('exit', ended);
      };
      const ended = (): void => {
        over();
        reject(new Error(`The process of ${name} ended`));
      };
      const take = (reply: LabReply): void => {
        if (reply.id !== id) return;
        if (reply.type === 'phase') told?.phases.push(reply.phase);
        else if (reply.type === 'log') told?.log.push(reply.line);
        else {
          over();
          if (reply.type === 'error') reject(fromErrorInfo(reply.error));
          else resolve(reply.result as Result<N>);
        }
      };
      child.on('message', take).once('exit', ended);
      post({ type: 'call', id, name, params });
    });
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}
