import { createOperations } from '../../../src/compose/operations';
import type { Operations, OperationsOptions } from '../../../src/compose/operations';
import { toErrorInfo } from '../../../src/core/errors';
import type { ErrorInfo } from '../../../src/core/errors';
import type { RunContext } from '../../../src/core/ports';

/* Runs operations in the network that it was started in, as its parent asks. */

export type LabRequest =
  | { type: 'call'; id: number; name: keyof Operations; params: unknown }
  | { type: 'cancel'; id: number };

export type LabReply =
  | { type: 'phase'; id: number; phase: string }
  | { type: 'log'; id: number; line: string }
  | { type: 'result'; id: number; result: unknown }
  | { type: 'error'; id: number; error: ErrorInfo };

const options = JSON.parse(process.argv[2] ?? '{}') as OperationsOptions;
const operations = createOperations(options);
const running = new Map<number, AbortController>();
const send = (reply: LabReply): void => void process.send?.(reply);

process.on('message', (request: LabRequest) => {
  const { id } = request;
  if (request.type === 'cancel') running.get(id)?.abort();
  else void call(request);
});
process.on('disconnect', () => process.exit());

async function call({ id, name, params }: Extract<LabRequest, { type: 'call' }>): Promise<void> {
  const abort = new AbortController();
  running.set(id, abort);
  const log = (line: string) => send({ type: 'log', id, line });
  const context: RunContext = {
    signal: abort.signal,
    progress: ({ phase }) => send({ type: 'phase', id, phase }),
    log: { debug: log, info: log, warn: log, error: log },
    clock: { now: () => new Date() },
  };
  try {
    const table = operations as unknown as Record<
      string,
      (params: unknown, context: RunContext) => Promise<unknown>
    >;
    send({ type: 'result', id, result: await table[name]?.(params, context) });
  } catch (error) {
    send({ type: 'error', id, error: toErrorInfo(error) });
  } finally {
    running.delete(id);
  }
}
