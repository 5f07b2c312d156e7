import type { TarEntry } from '../tar/tarEntry';
import { TarScanner } from '../tar/tarScanner';
import type { ContentSummary } from './layout';

export type ContentCounts = Pick<
  ContentSummary,
  'files' | 'directories' | 'links' | 'special' | 'fileBytes'
>;

/** Counts what is in the tar of a volume while its bytes pass; a broken one throws at once. */
export class InnerTar {
  /** Entries so far. */
  readonly counts: ContentCounts = { files: 0, directories: 0, links: 0, special: 0, fileBytes: 0 };
  private readonly scanner: TarScanner;

  /**
   * @param folder of the content in the archive, for messages
   * @param onEntry told of each entry before its content; throws to refuse it
   */
  constructor(
    folder: string,
    private readonly onEntry?: (entry: TarEntry) => void,
  ) {
    this.scanner = new TarScanner(
      { entry: (entry) => this.count(entry) },
      { what: `The tar of ${folder}`, filled: true },
    );
  }

  /** Bytes from the beginning that belong to entries which have passed. */
  get settled(): number {
    return this.scanner.settled;
  }

  /** Throws `snapshot.badTar`, `snapshot.trailingData`, and what `onEntry` throws. */
  push(chunk: Buffer): void {
    this.scanner.push(chunk);
  }

  /** Throws `snapshot.truncated` where the tar has not reached its end. */
  finish(): void {
    this.scanner.finish();
  }

  private count(entry: TarEntry): void {
    this.onEntry?.(entry);
    const { counts } = this;
    if (entry.type === 'file') {
      counts.files++;
      counts.fileBytes += entry.size;
    } else if (entry.type === 'directory') counts.directories++;
    else if (entry.type === 'symlink' || entry.type === 'hardlink') counts.links++;
    else counts.special++;
  }
}
