import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pack as createPack } from 'tar-stream';
import type { Pack } from 'tar-stream';
import { snapshotErrors } from '../snapshotErrors';
import { toJson } from './json';
import {
  definitionMember,
  MANIFEST_MEMBER,
  MAX_HEAD_BYTES,
  stackMember,
  SUMMARY_MEMBER,
  SUMS_MEMBER,
  swarmManifestSchema,
} from './layout';
import { PieceWriter } from './pieceWriter';
import type { ContentSummary, Definition, SwarmManifest, SwarmSummary } from './layout';

/** Bytes that a reader is ahead of whoever takes the archive. */
const AHEAD_BYTES = 1 << 20;

/** A volume's tar on its way into an archive. */
export interface ContentWriter {
  /**
   * Appends; resolves when the bytes are taken (back-pressure). They are not copied: leave them unchanged.
   *
   * @throws `snapshot.badTar`, `snapshot.trailingData` when they are no sound tar
   */
  write(chunk: Uint8Array): Promise<void>;
  /** @throws `snapshot.truncated` when the tar has not reached its end */
  end(): Promise<ContentSummary>;
}

/** Writes a `.swarm.tar`. Every call resolves when its bytes are taken; the order is that of layout.ts. */
export interface SwarmArchiveWriter {
  /** The archive; fails when the writer fails. Destroying it makes every further call fail. */
  readonly stream: Readable;
  manifest(manifest: SwarmManifest): Promise<void>;
  definition(definition: Pick<Definition, 'kind' | 'name' | 'node' | 'value'>): Promise<void>;
  /** @param yaml the stack as a Compose file */
  stack(name: string, yaml: string): Promise<void>;
  /** Begins the next content: the manifest's volumes in their order, then the Raft folder. */
  content(folder: string): ContentWriter;
  finish(finished: Date): Promise<void>;
  /** Ends it for good: whoever reads the stream gets the error. */
  fail(error: Error): void;
}

/** Opens a writer; nothing is kept in memory but a piece or two. */
export function createSwarmArchive(): SwarmArchiveWriter {
  return new ArchiveWriter();
}

type Stage = 'manifest' | 'definitions' | 'stacks' | 'contents' | 'done';
const STAGES: readonly Stage[] = ['manifest', 'definitions', 'stacks', 'contents', 'done'];

class ArchiveWriter implements SwarmArchiveWriter {
  readonly stream: Readable;
  private readonly pack: Pack = createPack();
  private stage: Stage = 'manifest';
  private created = new Date(0);
  private headBytes = 0;
  private readonly sums: string[] = [];
  private readonly names = new Set<string>();
  private expected: string[] = [];
  private readonly contents: ContentSummary[] = [];
  private open = false;
  private failure: Error | undefined;

  constructor() {
    this.stream = Readable.from(this.pack, { objectMode: false, highWaterMark: AHEAD_BYTES });
    // Told by the call that runs into it.
    this.pack.on('error', () => undefined);
    this.stream.once('close', () => {
      if (this.pack.destroyed) return;
      this.failure ??= gone();
      this.pack.destroy(this.failure);
    });
  }

  async manifest(manifest: SwarmManifest): Promise<void> {
    if (this.stage !== 'manifest') throw new Error('The manifest comes first, and once.');
    const parsed = swarmManifestSchema.parse(manifest);
    this.stage = 'definitions';
    this.created = new Date(parsed.created);
    this.expected = parsed.volumes.map(({ folder }) => folder);
    if (parsed.raft !== undefined) this.expected.push(parsed.raft.folder);
    await this.head(MANIFEST_MEMBER, toJson(parsed));
  }

  async definition(definition: Parameters<SwarmArchiveWriter['definition']>[0]): Promise<void> {
    this.enter('definitions');
    await this.head(definitionMember(definition), toJson(definition.value));
  }

  async stack(name: string, yaml: string): Promise<void> {
    this.enter('stacks');
    await this.head(stackMember(name), yaml);
  }

  content(folder: string): ContentWriter {
    this.enter('contents');
    const next = this.expected[this.contents.length];
    if (this.open || folder !== next) {
      throw new Error(`${folder} can't be written now; ${next ?? 'nothing'} is the next content.`);
    }
    this.open = true;
    return new PieceWriter(
      folder,
      (name, chunks, size) => this.member(name, chunks, size),
      (summary) => {
        this.contents.push(summary);
        this.open = false;
      },
    );
  }

  async finish(finished: Date): Promise<void> {
    this.enter('contents');
    if (this.open || this.contents.length !== this.expected.length) {
      throw new Error('Not all contents that the manifest names were written.');
    }
    this.stage = 'done';
    const summary: SwarmSummary = { finished: finished.toISOString(), contents: this.contents };
    await this.text(SUMMARY_MEMBER, toJson(summary));
    await this.text(SUMS_MEMBER, this.sums.join(''));
    this.pack.finalize();
  }

  fail(error: Error): void {
    this.failure ??= error;
    this.stage = 'done';
    this.pack.destroy(error);
    this.stream.destroy(error);
  }

  private enter(stage: Stage): void {
    if (this.failure !== undefined) throw this.failure;
    const isLate = STAGES.indexOf(stage) < STAGES.indexOf(this.stage);
    if (this.stage === 'manifest' || isLate) {
      throw new Error(`${stage} can't be written now: the archive is at its ${this.stage}.`);
    }
    this.stage = stage;
  }

  private async head(name: string, text: string): Promise<void> {
    this.headBytes += Buffer.byteLength(text);
    if (this.headBytes > MAX_HEAD_BYTES) {
      throw snapshotErrors.tooLarge({
        message: `The definitions of the cluster have over ${MAX_HEAD_BYTES >> 20} MiB.`,
        next: 'Leave configs out that are too large, or back up stack by stack.',
      });
    }
    await this.text(name, text);
  }

  private async text(name: string, text: string): Promise<void> {
    const bytes = Buffer.from(text);
    const sum = createHash('sha256').update(bytes).digest('hex');
    this.sums.push(`${sum}  ${name}\n`);
    await this.member(name, [bytes], bytes.length);
  }

  private member(name: string, chunks: Uint8Array[], size: number): Promise<void> {
    if (this.names.has(name)) throw new Error(`${name} was written already.`);
    this.names.add(name);
    return new Promise((resolve, reject) => {
      if (this.failure !== undefined) throw this.failure;
      const header = {
        name,
        size,
        type: 'file' as const,
        mode: 0o600,
        uid: 0,
        gid: 0,
        mtime: this.created,
      };
      const sink = this.pack.entry(header, (error) => {
        if (error instanceof Error) reject(this.failure ?? gone());
        else resolve();
      });
      sink.on('error', () => undefined);
      for (const chunk of chunks) sink.write(chunk);
      sink.end(undefined);
    });
  }
}

function gone(): Error {
  return new Error('The archive is not read any more.');
}
