import { parentPort, workerData } from 'node:worker_threads';
import { toErrorInfo } from '../core/errors';
import type { CheckerData, CheckerReply, CheckerRequest } from '../protocol/checkerMessages';
import { formatByBytes } from '../snapshots/byBytes';
import { formatById } from '../snapshots/formats';

// Checks one snapshot while another thread hashes, encrypts and writes the same bytes.

const port = parentPort;
if (port === null) throw new Error('This file runs as a worker thread.');
const send = (reply: CheckerReply) => port.postMessage(reply);
const { format: id, byBytes } = workerData as CheckerData;
const opened = formatById(id).then((named) => {
  const format = byBytes ? formatByBytes(named) : named;
  return { checker: format.checker(), borrows: format.borrows === true };
});
// One message after the other, also where a push has to wait.
let queue: Promise<unknown> = opened;
let failed = false;

async function take(message: CheckerRequest): Promise<void> {
  if (failed) return;
  const { checker, borrows } = await opened;
  try {
    if (message.type === 'push') {
      const { chunk } = message;
      const bytes = chunk.length;
      await checker.push(chunk);
      if (borrows)
        port?.postMessage({ type: 'taken', bytes, chunk }, [chunk.buffer as ArrayBuffer]);
      else send({ type: 'taken', bytes });
    } else if (message.type === 'partial') {
      send({ type: 'partial', partial: await checker.partial() });
    } else {
      send({ type: 'report', report: await checker.finish() });
    }
  } catch (error) {
    failed = true;
    send({ type: 'failed', error: toErrorInfo(error), partial: await checker.partial() });
  }
}

port.on('message', (message: CheckerRequest) => {
  queue = queue.then(() => take(message));
});
