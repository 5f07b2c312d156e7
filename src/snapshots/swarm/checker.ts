import { coreErrors, isClusterBackupError } from '../../core/errors';
import type { SnapshotChecker, SnapshotFormat, SnapshotReport } from '../../core/ports';
import type { TarEntry } from '../tar/tarEntry';
import { ArchiveReader } from './archiveReader';
import type { ArchiveListener } from './archiveReader';
import { EntryJudge } from '../tar/entryJudge';
import { SWARM_ENDING } from './layout';
import type { ContentSummary, Definition, SwarmManifest, SwarmSummary } from './layout';
import { ReportFacts } from './report';

/**
 * Checks a swarm archive in one pass and constant memory while its bytes go by. What a volume holds that will not be
 * restored (a device, a path that leads out) is no damage: it is told in the report.
 */
export class SwarmChecker implements SnapshotChecker {
  private readonly reader: ArchiveReader;
  private readonly facts = new ReportFacts();
  private judge: EntryJudge | undefined;
  private bytes = 0;
  private isOver = false;

  /** @param listener told of what is read besides */
  constructor(private readonly listener: ArchiveListener = {}) {
    this.reader = new ArchiveReader({
      ...listener,
      definition: (definition: Definition, text: Buffer) => {
        this.facts.definition(definition);
        listener.definition?.(definition, text);
      },
      contentBegin: (folder) => {
        this.judge = new EntryJudge(folder);
        listener.contentBegin?.(folder);
      },
      entry: (entry) => this.entry(entry),
    });
  }

  get manifest(): SwarmManifest | undefined {
    return this.reader.manifest;
  }

  get summary(): SwarmSummary | undefined {
    return this.reader.summary;
  }

  /** Contents so far, also the one that the archive broke in. */
  get contents(): (Omit<ContentSummary, 'sha256'> & { whole: boolean })[] {
    const { contents, open } = this.reader;
    const whole = contents.map(({ sha256: _, ...content }) => ({ ...content, whole: true }));
    return open === undefined ? whole : [...whole, { ...open.soFar(), whole: false }];
  }

  push(chunk: Uint8Array): Promise<void> {
    if (this.isOver) {
      return Promise.reject(coreErrors.cancelled({ message: 'The check was stopped.' }));
    }
    this.bytes += chunk.length;
    try {
      this.reader.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
      return Promise.resolve();
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- what it throws has to reject
  async finish(): Promise<SnapshotReport> {
    if (this.isOver) throw coreErrors.cancelled({ message: 'The check was stopped.' });
    this.reader.finish();
    return this.partial();
  }

  partial(): SnapshotReport {
    return this.facts.report(this.reader, this.bytes);
  }

  destroy(): void {
    this.isOver = true;
  }

  private entry(entry: TarEntry): void {
    this.listener.entry?.(entry);
    try {
      this.judge?.check(entry);
    } catch (error) {
      if (!isClusterBackupError(error)) throw error;
      this.facts.refused(error);
      // One reason is enough for a content.
      this.judge = undefined;
    }
  }
}

/** The archive of a swarm: layout.ts. */
export const swarmFormat: SnapshotFormat = {
  id: 'swarm',
  title: 'Swarm backup',
  endings: [SWARM_ENDING],
  borrows: true,
  checker: () => new SwarmChecker(),
};
