import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { snapshotErrors } from '../snapshotErrors';
import type { TarEntry } from '../tar/tarEntry';
import { TarScanner } from '../tar/tarScanner';
import { mismatch, missing, outOfOrder, refuseMember } from './archiveErrors';
import { compareContent, ContentReader } from './contentReader';
import { HeadReader } from './headReader';
import type { OnDefinition } from './headReader';
import { MAX_HEAD_BYTES, SUMMARY_MEMBER, SUMS_MEMBER, swarmSummarySchema } from './layout';
import type { ContentSummary, SwarmManifest, SwarmSummary } from './layout';
import { memberOf } from './members';
import type { Member } from './members';
import { compareSums } from './sums';

/** Told what an archive holds while its bytes pass. Buffers are only lent. */
export interface ArchiveListener {
  definition?: OnDefinition;
  stack?(name: string, yaml: string): void;
  /** Manifest, definitions and stacks are complete. */
  headEnd?(): void;
  contentBegin?(folder: string): void;
  /** An entry of the content in hand, before its bytes. Throws to refuse it. */
  entry?(entry: TarEntry): void;
  /** Bytes of the content's tar; `settled` of them, from its beginning, belong to entries that have passed. */
  content?(slice: Buffer, settled: number): void;
  contentEnd?(summary: ContentSummary): void;
}

/**
 * Reads a `.swarm.tar` once, in constant memory, and refuses all that a whole one can't have: other or missing
 * members, another order, wrong sums and counts, broken tars inside.
 */
export class ArchiveReader {
  readonly head: HeadReader;
  /** Contents that came whole. */
  readonly contents: ContentSummary[] = [];
  summary: SwarmSummary | undefined;
  /** The content in hand. */
  open: ContentReader | undefined;
  private readonly tar: TarScanner;
  private readonly names = new Set<string>();
  private readonly sums: string[] = [];
  private sumsBytes = 0;
  private member: Member | undefined;
  private name = '';
  private hash: Hash | undefined;
  private text = Buffer.alloc(0);
  private textFill = 0;
  private headBytes = 0;
  private isDone = false;

  constructor(private readonly listener: ArchiveListener = {}) {
    this.head = new HeadReader(listener.definition, (name, yaml) => listener.stack?.(name, yaml));
    this.tar = new TarScanner(
      {
        entry: (entry) => this.begin(entry),
        data: (buffer, start, end) => this.data(buffer, start, end),
        entryEnd: () => this.end(),
      },
      { what: 'The archive' },
    );
  }

  get manifest(): SwarmManifest | undefined {
    return this.head.manifest;
  }

  /** Takes the next bytes. Throws errors of area `snapshot`. */
  push(chunk: Buffer): void {
    this.tar.push(chunk);
  }

  /** No more bytes come. Throws `snapshot.truncated`, `snapshot.missingMember`. */
  finish(): SwarmSummary {
    this.tar.finish();
    if (this.manifest === undefined) this.head.end();
    if (this.summary === undefined) throw missing(SUMMARY_MEMBER);
    if (!this.isDone) throw missing(SUMS_MEMBER);
    return this.summary;
  }

  private begin(entry: TarEntry): void {
    const isPlain = entry.type === 'file' && entry.size === entry.stored;
    const member = isPlain ? memberOf(entry.path) : undefined;
    if (member === undefined || this.isDone) throw refuseMember(entry);
    this.name = entry.path;
    this.member = member;
    if (this.isKnown(member)) {
      throw snapshotErrors.duplicateMember({ message: `The archive holds ${this.name} twice.` });
    }
    if (member.kind === 'piece') {
      this.piece(member, entry.stored);
      return;
    }
    this.hash = createHash('sha256');
    if (member.kind === 'summary' || member.kind === 'sums') this.enterEnd(member.kind);
    else {
      this.names.add(this.name);
      this.head.enter(member, this.name);
    }
    this.headBytes += entry.stored;
    const limit = member.kind === 'sums' ? this.sumsBytes + 1 : MAX_HEAD_BYTES;
    if (entry.stored > limit || (member.kind !== 'sums' && this.headBytes > MAX_HEAD_BYTES)) {
      throw snapshotErrors.tooLarge({
        message: `${this.name} has ${entry.stored} bytes, more than it may have.`,
      });
    }
    this.text = Buffer.alloc(entry.stored);
    this.textFill = 0;
  }

  private isKnown(member: Member): boolean {
    if (member.kind === 'summary') return this.summary !== undefined;
    return member.kind !== 'piece' && this.names.has(this.name);
  }

  private piece(member: Member & { kind: 'piece' }, size: number): void {
    if (this.summary !== undefined) throw outOfOrder(this.name);
    this.headEnd();
    if (this.open?.folder !== member.folder) {
      if (this.contents.some(({ folder }) => folder === member.folder)) throw outOfOrder(this.name);
      this.closeContent();
      if (member.folder !== this.nextFolder()) throw this.otherFolder(member.folder);
      this.open = new ContentReader(member.folder, (entry) => this.listener.entry?.(entry));
      this.listener.contentBegin?.(member.folder);
    }
    this.open.piece(member.piece, size);
  }

  private data(buffer: Buffer, start: number, end: number): void {
    const slice = buffer.subarray(start, end);
    if (this.member?.kind === 'piece' && this.open !== undefined) {
      this.open.push(slice);
      this.listener.content?.(slice, this.open.settled);
      return;
    }
    this.hash?.update(slice);
    this.textFill += slice.copy(this.text, this.textFill);
  }

  private end(): void {
    const { member, name } = this;
    if (member === undefined) return;
    if (member.kind === 'sums') {
      compareSums(this.text, this.sums);
      this.isDone = true;
      return;
    }
    // A content has one sum, in the summary.
    if (member.kind === 'piece') return;
    const line = `${this.hash?.digest('hex') ?? ''}  ${name}\n`;
    this.sums.push(line);
    this.sumsBytes += line.length;
    if (member.kind === 'summary') this.readSummary();
    else this.head.take(member, name, this.text);
  }

  /** Before the summary and the sums, everything else is complete. */
  private enterEnd(kind: 'summary' | 'sums'): void {
    if (kind === 'sums') {
      if (this.summary === undefined) throw missing(SUMMARY_MEMBER);
      return;
    }
    this.headEnd();
    this.closeContent();
    const next = this.nextFolder();
    if (next !== undefined) throw missing(`${next}/`);
  }

  private headEnd(): void {
    if (this.head.sha256 !== undefined) return;
    this.head.end();
    this.listener.headEnd?.();
  }

  private closeContent(): void {
    if (this.open === undefined) return;
    const summary = this.open.end();
    this.contents.push(summary);
    this.open = undefined;
    this.listener.contentEnd?.(summary);
  }

  private readSummary(): void {
    let value: unknown;
    try {
      value = JSON.parse(this.text.toString('utf8'));
    } catch (cause) {
      throw snapshotErrors.badSummary({ message: 'summary.json is no JSON.', cause });
    }
    const parsed = swarmSummarySchema.safeParse(value);
    if (!parsed.success) {
      throw snapshotErrors.badSummary({
        message: 'summary.json is not that of a swarm backup.',
        cause: parsed.error,
      });
    }
    const { contents } = parsed.data;
    if (contents.length !== this.contents.length) {
      throw mismatch(
        `The summary states ${contents.length} contents, the archive holds ${this.contents.length}`,
      );
    }
    this.contents.forEach((found, i) => compareContent(found, contents[i] as ContentSummary));
    this.summary = parsed.data;
  }

  private nextFolder(): string | undefined {
    const { volumes = [], raft } = this.manifest ?? {};
    return (
      volumes[this.contents.length]?.folder ??
      (this.contents.length === volumes.length ? raft?.folder : undefined)
    );
  }

  private otherFolder(folder: string) {
    const isKnown = this.manifest?.volumes.some((volume) => volume.folder === folder);
    if (isKnown || folder === this.manifest?.raft?.folder)
      return missing(`${this.nextFolder() ?? ''}/`);
    return snapshotErrors.unexpectedMember({
      message: `The archive holds ${JSON.stringify(folder.slice(0, 200))}, which its manifest does not name.`,
    });
  }
}
