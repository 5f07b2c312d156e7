import type { Readable } from 'node:stream';
import type { EntryLimits } from '../tar/entryJudge';
import { EntryJudge } from '../tar/entryJudge';
import type { SwarmHead } from './headReader';
import type { ContentSummary, SwarmSummary } from './layout';
import { HeadCollector } from './readHead';

/** Takes the tar of one content, in order. */
export interface ContentSink {
  /** Resolves when the bytes are taken (back-pressure). They are only lent until then. */
  write(chunk: Buffer): Promise<void>;
  /** The tar is whole and all of it was judged. */
  end(summary: ContentSummary): Promise<void>;
  /** The rest does not come: the archive is damaged, the content is hostile, or the walk was stopped. */
  abort(error: Error): Promise<void>;
}

export interface WalkHandlers {
  /** Before any content. */
  head?(head: SwarmHead): Promise<void> | void;
  /** Where a content goes; undefined skips it, checked all the same. */
  content(folder: string): Promise<ContentSink | undefined> | ContentSink | undefined;
  /** After the whole archive was found sound. */
  end?(summary: SwarmSummary): Promise<void> | void;
  limits?: EntryLimits;
}

/** What there is to do after a piece of the archive was read, in its order. */
type Step =
  | { kind: 'head'; head: SwarmHead }
  | { kind: 'begin'; folder: string }
  | { kind: 'bytes'; bytes: Buffer }
  | { kind: 'end'; summary: ContentSummary }
  | { kind: 'refuse'; error: Error };

/**
 * Reads an archive to its end and hands the contents on. An entry is judged before its first byte is passed on, so
 * that nothing of a hostile one reaches a sink; of a content that is skipped nothing is judged.
 *
 * @throws errors of area `snapshot`, what the stream and what a sink fail with; the open sink is aborted then
 */
export async function walkSwarmArchive(stream: Readable, handlers: WalkHandlers): Promise<void> {
  const walk = new Walk(handlers);
  try {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) await walk.push(chunk);
    await walk.finish();
  } catch (error) {
    await walk.abort(asError(error));
    throw error;
  } finally {
    stream.destroy();
  }
}

class Walk {
  private readonly collector: HeadCollector;
  private steps: Step[] = [];
  private sink: ContentSink | undefined;
  private judge: EntryJudge | undefined;
  /** Why the content in hand is not passed on any more; told only where somebody takes it. */
  private refusal: Error | undefined;
  /** Bytes that are read and not yet known to belong to good entries, and where they begin in the tar. */
  private held: Buffer[] = [];
  private passed = 0;

  constructor(private readonly handlers: WalkHandlers) {
    this.collector = new HeadCollector({
      contentBegin: (folder) => this.begin(folder),
      entry: (entry) => {
        if (this.refusal !== undefined) return;
        try {
          this.judge?.check(entry);
        } catch (error) {
          this.refusal = asError(error);
          this.steps.push({ kind: 'refuse', error: this.refusal });
        }
      },
      content: (slice, settled) => this.content(slice, settled),
      contentEnd: (summary) => {
        this.release(summary.bytes);
        this.steps.push({ kind: 'end', summary });
      },
    });
  }

  async push(chunk: Uint8Array): Promise<void> {
    const before = this.collector.head;
    let failure: Error | undefined;
    try {
      this.collector.reader.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    } catch (error) {
      failure = asError(error);
    }
    const { head } = this.collector;
    if (before === undefined && head !== undefined) this.steps.unshift({ kind: 'head', head });
    if (failure !== undefined) throw failure;
    await this.carryOut();
  }

  async finish(): Promise<void> {
    const summary = this.collector.reader.finish();
    await this.carryOut();
    await this.handlers.end?.(summary);
  }

  async abort(error: Error): Promise<void> {
    const { sink } = this;
    this.sink = undefined;
    await sink?.abort(error).catch(() => undefined);
  }

  private begin(folder: string): void {
    this.judge = new EntryJudge(folder, this.handlers.limits);
    this.refusal = undefined;
    this.held = [];
    this.passed = 0;
    this.steps.push({ kind: 'begin', folder });
  }

  private content(slice: Buffer, settled: number): void {
    if (this.refusal !== undefined) return;
    this.held.push(slice);
    this.release(settled);
  }

  /** Passes on what lies before a place in the tar. */
  private release(settled: number): void {
    if (this.refusal !== undefined) return;
    while (this.passed < settled) {
      const [first] = this.held;
      if (first === undefined) return;
      const bytes = first.subarray(0, settled - this.passed);
      this.passed += bytes.length;
      if (bytes.length === first.length) this.held.shift();
      else this.held[0] = first.subarray(bytes.length);
      this.steps.push({ kind: 'bytes', bytes });
    }
  }

  private async carryOut(): Promise<void> {
    const { steps } = this;
    this.steps = [];
    for (const step of steps) {
      if (step.kind === 'head') await this.handlers.head?.(step.head);
      else if (step.kind === 'begin') this.sink = await this.handlers.content(step.folder);
      else if (step.kind === 'bytes') await this.sink?.write(step.bytes);
      else if (step.kind === 'refuse' && this.sink !== undefined) throw step.error;
      else if (step.kind === 'end') {
        const { sink } = this;
        this.sink = undefined;
        await sink?.end(step.summary);
      }
    }
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
