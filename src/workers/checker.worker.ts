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
const opened = formatById(id).then((format) =>
  (byBytes ? formatByBytes(format) : format).checker(),
);
// One message after the other, also where a push has to wait.
let queue: Promise<unknown> = opened;
let failed = false;

async function take(message: CheckerRequest): Promise<void> {
  if (failed) return;
  const checker = await opened;
  try {
    if (message.type === 'push') {
      await checker.push(message.chunk);
      send({ type: 'taken', bytes: message.chunk.length });
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
