import { parentPort, workerData } from 'node:worker_threads';
import { fromErrorInfo, toErrorInfo } from '../core/errors';
import type { RunContext } from '../core/ports';
import { createOperations } from '../compose/operations';
import type { OperationsOptions } from '../compose/operations';
import type { WorkerReply, WorkerRequest } from '../protocol/workerMessages';

// Runs the heavy work off the caller's event loop: one thread, the whole table of operations.

/** Progress is told a few times a second; more would only cost. */
const PROGRESS_MS = 100;

type Call = Extract<WorkerRequest, { type: 'call' }>;

const port = parentPort;
if (port === null) throw new Error('This file runs as a worker thread.');
const send = (reply: WorkerReply) => port.postMessage(reply);
const operations = createOperations({
  ...(workerData as OperationsOptions),
  workers: __dirname,
});
const running = new Map<number, AbortController>();
/** What the caller was asked to do and has not answered yet. Who cancels ends that as well, and answers. */
const asked = new Map<number, { resolve: () => void; reject: (error: unknown) => void }>();
let asks = 0;

function ask(id: number, name: string): Promise<void> {
  const number = ++asks;
  return new Promise((resolve, reject) => {
    asked.set(number, { resolve, reject });
    send({ type: 'ask', id, ask: number, name });
  });
}

async function run({ id, method, params, asks: names }: Call): Promise<void> {
  const abort = new AbortController();
  running.set(id, abort);
  let last = 0;
  let phase = '';
  const context: RunContext = {
    signal: abort.signal,
    clock: { now: () => new Date() },
    progress: (update) => {
      const now = performance.now();
      if (update.phase === phase && now - last < PROGRESS_MS) return;
      last = now;
      phase = update.phase;
      send({ type: 'progress', id, update });
    },
    log: {
      debug: (message) => send({ type: 'log', level: 'debug', message }),
      info: (message) => send({ type: 'log', level: 'info', message }),
      warn: (message) => send({ type: 'log', level: 'warn', message }),
      error: (message) => send({ type: 'log', level: 'error', message }),
    },
  };
  try {
    const operation = (
      operations as unknown as Record<string, (p: unknown, c: RunContext) => Promise<unknown>>
    )[method];
    if (operation === undefined) throw new Error(`No operation "${method}".`);
    const functions = names.map((name) => [name, () => ask(id, name)] as const);
    const whole =
      functions.length === 0 ? params : Object.assign({}, params, Object.fromEntries(functions));
    send({ type: 'result', id, value: await operation(whole, context) });
  } catch (error) {
    send({ type: 'error', id, error: toErrorInfo(error) });
  } finally {
    running.delete(id);
  }
}

port.on('message', (message: WorkerRequest) => {
  if (message.type === 'cancel') running.get(message.id)?.abort();
  else if (message.type === 'call') void run(message);
  else {
    const waiting = asked.get(message.ask);
    asked.delete(message.ask);
    if (message.error === undefined) waiting?.resolve();
    else waiting?.reject(fromErrorInfo(message.error));
  }
});
send({ type: 'ready' });
