import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { coreErrors, fromErrorInfo } from '../core/errors';
import type { SnapshotChecker, SnapshotFormat, SnapshotReport } from '../core/ports';
import type { CheckerData, CheckerReply, CheckerRequest } from '../protocol/checkerMessages';

/** Bytes on their way to the thread before the sender is held back. */
const MOST_BYTES_UNDER_WAY = 4 << 20;

/**
 * A format whose checker works in a thread of its own, so that checking and encrypting share the processors.
 *
 * @param workerFolder folder that holds `checker.worker.js`
 */
export function threadedFormat(format: SnapshotFormat, workerFolder: string): SnapshotFormat {
  const file = join(workerFolder, 'checker.worker.js');
  return { ...format, checker: () => new ThreadedChecker(file, format) };
}

function checkerData({ id, byBytes = false }: SnapshotFormat): CheckerData {
  return { format: id, byBytes };
}

class ThreadedChecker implements SnapshotChecker {
  readonly #worker: Worker;
  readonly #waiting = new Set<() => void>();
  #underWay = 0;
  #report: SnapshotReport | undefined;
  #partial: SnapshotReport | undefined;
  #failure: Error | undefined;

  constructor(
    file: string,
    private readonly format: SnapshotFormat,
  ) {
    this.#worker = new Worker(file, { workerData: checkerData(format) });
    this.#worker.on('message', (reply: CheckerReply) => this.#receive(reply));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () =>
      this.#fail(coreErrors.cancelled({ message: 'The check was stopped.' })),
    );
  }

  async push(chunk: Uint8Array): Promise<void> {
    // A copy of its own: a piece from the network may share its memory with others.
    const copy = new Uint8Array(chunk);
    this.#underWay += copy.length;
    this.#post({ type: 'push', chunk: copy }, [copy.buffer]);
    await this.#until(() => this.#underWay <= MOST_BYTES_UNDER_WAY);
  }

  async finish(): Promise<SnapshotReport> {
    this.#post({ type: 'finish' }, []);
    await this.#until(() => this.#report !== undefined);
    if (this.#report === undefined) throw new Error('The check ended without a report.');
    return this.#report;
  }

  partial(): SnapshotReport {
    return this.#report ?? this.#partial ?? this.format.checker().partial();
  }

  destroy(): void {
    void this.#worker.terminate();
  }

  #post(request: CheckerRequest, transfer: ArrayBuffer[]): void {
    if (this.#failure !== undefined) throw this.#failure;
    this.#worker.postMessage(request, transfer);
  }

  /** Waits for the thread; throws what it failed with. */
  async #until(holds: () => boolean): Promise<void> {
    while (this.#failure === undefined && !holds()) {
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  #receive(reply: CheckerReply): void {
    if (reply.type === 'taken') this.#underWay -= reply.bytes;
    else if (reply.type === 'report') this.#report = reply.report;
    else {
      this.#partial = reply.partial;
      this.#failure ??= fromErrorInfo(reply.error);
    }
    this.#wake();
  }

  #fail(error: unknown): void {
    if (this.#report === undefined) {
      this.#failure ??= error instanceof Error ? error : new Error(String(error));
    }
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
