import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { coreErrors, fromErrorInfo } from '../core/errors';
import type { SnapshotChecker, SnapshotFormat, SnapshotReport } from '../core/ports';
import type { CheckerData, CheckerReply, CheckerRequest } from '../protocol/checkerMessages';

/** Bytes that go to the thread together: a message costs more than the copy of a small piece. */
const BATCH_BYTES = 1 << 20;
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
  #batch = new Uint8Array(BATCH_BYTES);
  #filled = 0;
  /** Memory that came back. */
  readonly #spare: Uint8Array<ArrayBuffer>[] = [];
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
    // Copies: a piece from the network may share its memory with others.
    for (let at = 0; at < chunk.length;) {
      const part = chunk.subarray(at, at + BATCH_BYTES - this.#filled);
      this.#batch.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === BATCH_BYTES) this.#send();
    }
    await this.#until(() => this.#underWay <= MOST_BYTES_UNDER_WAY);
  }

  async finish(): Promise<SnapshotReport> {
    this.#send();
    this.#post({ type: 'finish' }, []);
    await this.#until(() => this.#report !== undefined);
    if (this.#report === undefined) throw new Error('The check ended without a report.');
    return this.#report;
  }

  async partial(): Promise<SnapshotReport> {
    // Where the bytes broke off before the check did, the thread still knows what came until then.
    if (this.#report === undefined && this.#failure === undefined) {
      this.#send();
      this.#post({ type: 'partial' }, []);
      await this.#until(() => this.#partial !== undefined).catch(() => undefined);
    }
    return this.#report ?? this.#partial ?? this.format.checker().partial();
  }

  destroy(): void {
    void this.#worker.terminate();
  }

  #send(): void {
    if (this.#filled === 0) return;
    const chunk = this.#batch.subarray(0, this.#filled);
    this.#batch = this.#spare.pop() ?? new Uint8Array(BATCH_BYTES);
    this.#filled = 0;
    this.#underWay += chunk.length;
    this.#post({ type: 'push', chunk }, [chunk.buffer]);
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
    if (reply.type === 'taken') {
      this.#underWay -= reply.bytes;
      if (reply.chunk !== undefined) {
        this.#spare.push(new Uint8Array(reply.chunk.buffer as ArrayBuffer));
      }
    } else if (reply.type === 'report') this.#report = reply.report;
    else if (reply.type === 'partial') this.#partial = reply.partial;
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
