import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { coreErrors, fromErrorInfo, toErrorInfo } from '../core/errors';
import type { Log, Progress } from '../core/ports';
import type { Operations, OperationsOptions } from '../compose/operations';
import type { WorkerReply, WorkerRequest } from '../protocol/workerMessages';

/** How long a cancelled operation gets to clean up before its thread is ended. */
const CANCEL_GRACE_MS = 10_000;
/** A shared thread without work ends, so an idle editor holds no memory for it. */
const IDLE_MS = 60_000;

export interface CallOptions {
  signal?: AbortSignal | undefined;
  progress?: Progress | undefined;
  /** A thread of its own, ended with the call: for long work that must be cancellable at any cost. */
  own?: boolean;
}

type Params<M extends keyof Operations> = Parameters<Operations[M]>[0];
type Result<M extends keyof Operations> = Awaited<ReturnType<Operations[M]>>;

interface PendingCall {
  resolve: (value: never) => void;
  reject: (error: unknown) => void;
  progress: Progress | undefined;
  callback: (name: string) => Promise<void>;
}

/** A parameter that is a function: called in the caller's own thread when the operation gets there. */
type Callback = (signal: AbortSignal) => Promise<void>;

/** Calls the operations in worker threads. */
export class OperationsClient {
  #shared: Thread | undefined;
  readonly #own = new Set<Thread>();

  /**
   * @param workerFolder folder that holds `operations.worker.js`
   */
  constructor(
    private readonly workerFolder: string,
    private readonly options: OperationsOptions,
    private readonly log: Log,
  ) {}

  /**
   * Runs one operation. A parameter that is a function is called here, and ended together with the call: that one comes to
   * its end only after it. Rejects with a `ClusterBackupError`.
   */
  async call<M extends keyof Operations>(
    method: M,
    params: Params<M>,
    options: CallOptions = {},
  ): Promise<Result<M>> {
    if (!options.own) {
      if (this.#shared?.ended !== false) this.#shared = this.#start(IDLE_MS);
      return this.#shared.call(method, params, options) as Promise<Result<M>>;
    }
    const thread = this.#start(undefined);
    this.#own.add(thread);
    try {
      return (await thread.call(method, params, options)) as Result<M>;
    } finally {
      this.#own.delete(thread);
      await thread.end();
    }
  }

  /** Ends every thread; running operations are cut off and cleaned up by the next start. */
  async dispose(): Promise<void> {
    await Promise.all([this.#shared?.end(), ...[...this.#own].map((t) => t.end())]);
  }

  #start(idleMs: number | undefined): Thread {
    const file = join(this.workerFolder, 'operations.worker.js');
    return new Thread(file, this.options, this.log, idleMs);
  }
}

class Thread {
  ended = false;
  readonly #worker: Worker;
  readonly #pending = new Map<number, PendingCall>();
  #nextId = 1;
  #idle: NodeJS.Timeout | undefined;

  constructor(
    file: string,
    options: OperationsOptions,
    private readonly log: Log,
    private readonly idleMs: number | undefined,
  ) {
    this.#worker = new Worker(file, { workerData: options });
    this.#worker.on('message', (reply: WorkerReply) => this.#receive(reply));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', (code) => this.#fail(new Error(`The worker thread ended (${code}).`)));
    this.#worker.unref();
  }

  async call(method: string, params: unknown, options: CallOptions): Promise<unknown> {
    const { signal } = options;
    if (signal?.aborted) throw coreErrors.cancelled({ message: 'Cancelled.' });
    clearTimeout(this.#idle);
    this.#worker.ref();
    const id = this.#nextId++;
    let grace: NodeJS.Timeout | undefined;
    const cancel = () => {
      this.#post({ type: 'cancel', id });
      // Work that does not stop when asked is stopped with its thread; a shared thread serves others too.
      grace = setTimeout(() => {
        this.#pending.get(id)?.reject(coreErrors.cancelled({ message: 'Cancelled.' }));
        if (options.own) void this.end();
      }, CANCEL_GRACE_MS);
    };
    signal?.addEventListener('abort', cancel, { once: true });
    const { plain, callbacks } = apart(params);
    const ended = new AbortController();
    const stop = AbortSignal.any([ended.signal, ...(signal === undefined ? [] : [signal])]);
    const called = new Set<Promise<void>>();
    const callback = (name: string) => {
      const call = Promise.resolve().then(() => callbacks.get(name)?.(stop));
      called.add(call);
      return call;
    };
    try {
      return await new Promise<never>((resolve, reject) => {
        this.#pending.set(id, { resolve, reject, progress: options.progress, callback });
        this.#post({ type: 'call', id, method, params: plain, asks: [...callbacks.keys()] });
      });
    } finally {
      clearTimeout(grace);
      signal?.removeEventListener('abort', cancel);
      this.#pending.delete(id);
      this.#rest();
      ended.abort();
      await Promise.allSettled(called);
    }
  }

  async #answer(call: PendingCall | undefined, ask: number, name: string): Promise<void> {
    try {
      await call?.callback(name);
      this.#post({ type: 'answer', ask });
    } catch (error) {
      this.#post({ type: 'answer', ask, error: toErrorInfo(error) });
    }
  }

  async end(): Promise<void> {
    this.ended = true;
    clearTimeout(this.#idle);
    await this.#worker.terminate();
  }

  #post(message: WorkerRequest): void {
    this.#worker.postMessage(message);
  }

  #rest(): void {
    if (this.#pending.size > 0 || this.ended) return;
    this.#worker.unref();
    if (this.idleMs === undefined) return;
    this.#idle = setTimeout(() => void this.end(), this.idleMs);
    this.#idle.unref();
  }

  #receive(reply: WorkerReply): void {
    if (reply.type === 'ready') return;
    if (reply.type === 'log') {
      this.log[reply.level](reply.message);
      return;
    }
    const call = this.#pending.get(reply.id);
    if (reply.type === 'progress') call?.progress?.(reply.update);
    else if (reply.type === 'ask') void this.#answer(call, reply.ask, reply.name);
    else if (reply.type === 'result') call?.resolve(reply.value as never);
    else call?.reject(fromErrorInfo(reply.error));
  }

  #fail(error: unknown): void {
    this.ended = true;
    for (const call of this.#pending.values()) {
      call.reject(
        coreErrors.unexpected({
          message: 'The background thread ended unexpectedly.',
          cause: error,
        }),
      );
    }
    this.#pending.clear();
  }
}

/** What can cross to a thread, and the functions that can't. */
function apart(params: unknown): { plain: unknown; callbacks: Map<string, Callback> } {
  const isFunction = ([, value]: [string, unknown]) => typeof value === 'function';
  const all = Object.entries(Object(params) as Record<string, unknown>);
  const callbacks = new Map(all.filter(isFunction) as [string, Callback][]);
  if (callbacks.size === 0) return { plain: params, callbacks };
  return { plain: Object.fromEntries(all.filter((entry) => !isFunction(entry))), callbacks };
}
