import { createHash } from 'node:crypto';
import type { SnapshotReport } from '../../core/ports';
import { snapshotErrors } from '../snapshotErrors';
import { EntryJudge } from '../tar/entryJudge';
import type { TarEntry } from '../tar/tarEntry';
import { textOf } from '../tar/tarFields';
import type { TarListener } from '../tar/tarScanner';
import { Certificates, isCertificateFile, MAX_PEM_BYTES } from './certificates';
import { NODE_KEY, SERVER_KEY, UCP_FOLDER, volumeOf } from './layout';
import type { UcpRule, UcpVolume } from './layout';
import { ruleFor } from './rule';

/** The product has some twenty. */
const MAX_VOLUMES = 1000;
const KEYS: readonly string[] = [SERVER_KEY, NODE_KEY];

/** What is told of an archive besides, entry by entry. Throws to stop the reading. */
export type EntryListener = (entry: TarEntry) => void;

/** Takes down what an archive holds while its entries pass, and refuses what it may not hold. */
export class UcpContents implements TarListener {
  readonly volumes = new Map<string, Omit<UcpVolume, 'whole'>>();
  readonly certificates = new Certificates();
  private readonly judge = new EntryJudge('The backup');
  private readonly keys = new Set<string>();
  private readonly structure = createHash('sha256');
  private readonly pem = Buffer.alloc(MAX_PEM_BYTES);
  private pemPath: string | undefined;
  private pemFill = 0;
  private files = 0;
  private fileBytes = 0;
  /** Volume of the last entry: where an archive breaks, this one is not whole. */
  private current = '';
  private isUcp = false;
  private id: string | undefined;

  constructor(private readonly onEntry?: EntryListener) {}

  get rule(): UcpRule {
    return ruleFor(this.volumes.keys(), this.files, (key) => this.keys.has(key));
  }

  /** Whether anything of UCP or MKE came. */
  get hasVolumes(): boolean {
    return this.isUcp;
  }

  /** @param isWhole whether the archive has come to its end */
  shownVolumes(isWhole: boolean): UcpVolume[] {
    return Array.from(this.volumes.values(), (volume) => ({
      ...volume,
      whole: isWhole || volume.name !== this.current,
    })).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  entry(entry: TarEntry): void {
    // A newline stands in no number, and names are told apart by their length.
    this.structure.update(
      `${entry.type} ${entry.size} ${entry.mtime} ${entry.rawPath.length} ${entry.rawPath}\n`,
      'latin1',
    );
    const path = this.judge.check(entry);
    if (path === '') return;
    const name = volumeOf(path);
    this.place(entry, path, name);
    this.onEntry?.(entry);
    this.current = textOf(name);
    const volume = this.volume(this.current);
    if (entry.type === 'file') {
      volume.files++;
      volume.bytes += entry.size;
      this.files++;
      this.fileBytes += entry.size;
    }
    if (KEYS.includes(path)) this.key(entry, path);
    const isPem = entry.type === 'file' && isCertificateFile(path, entry.stored);
    this.pemPath = isPem ? textOf(path) : undefined;
    this.pemFill = 0;
  }

  data(buffer: Buffer, start: number, end: number): void {
    if (this.pemPath !== undefined) this.pemFill += buffer.copy(this.pem, this.pemFill, start, end);
  }

  entryEnd(): void {
    if (this.pemPath === undefined) return;
    this.certificates.add(this.pemPath, this.pem.subarray(0, this.pemFill));
    this.pemPath = undefined;
    // It may have been a private key.
    this.pem.fill(0, 0, this.pemFill);
  }

  /** The archive has come to its end. */
  end(): void {
    this.id = this.structure.digest('hex');
  }

  report(contentBytes: number): SnapshotReport {
    const stats = this.shownVolumes(true).map(({ name, files, bytes }) => ({
      name,
      count: files,
      sum: bytes,
    }));
    const { names, authoritiesPem, found, unreadable } = this.certificates;
    const { id, files, holds } = this.rule;
    return {
      format: 'ucp',
      identity: this.id === undefined ? {} : { id: this.id, size: this.fileBytes },
      servers: [],
      stats,
      totalSize: this.fileBytes,
      counts: { Volume: stats.length, File: files, Certificate: found.length },
      facts: {
        sans: names,
        ca: authoritiesPem,
        rule: id,
        // Only of what came to its end.
        sound: this.id !== undefined && holds,
        files,
        ...(unreadable.length === 0 ? {} : { unreadableCertificates: unreadable }),
      },
      contentBytes,
    };
  }

  /** Refuses what lies in no volume; what comes first tells whether it is a backup of UCP at all. */
  private place({ type, path: shown }: TarEntry, path: string, volume: string): void {
    if (UCP_FOLDER.test(volume)) this.isUcp = true;
    const isTop = volume === path;
    if (type === 'directory') return;
    if (!this.isUcp) {
      throw notUcp(
        `a tar archive that begins with ${JSON.stringify(shown.slice(0, 200))}, which is in no volume of UCP or MKE`,
      );
    }
    if (isTop) {
      throw snapshotErrors.unexpectedMember({
        message: `The backup holds ${JSON.stringify(shown.slice(0, 200))}, which lies in no volume.`,
        next: 'Use the file as the product wrote it; nothing may be added to it.',
      });
    }
  }

  private volume(name: string): Omit<UcpVolume, 'whole'> {
    let volume = this.volumes.get(name);
    if (volume === undefined) {
      if (this.volumes.size >= MAX_VOLUMES) {
        throw snapshotErrors.bomb({ message: `The backup has over ${MAX_VOLUMES} volumes.` });
      }
      volume = { name, files: 0, bytes: 0 };
      this.volumes.set(name, volume);
    }
    return volume;
  }

  /** A key that is empty is none; where it comes twice, the last one is what is put back. */
  private key({ type, size }: TarEntry, path: string): void {
    const isThere = type === 'hardlink' || (type === 'file' && size > 0);
    if (isThere) this.keys.add(path);
    else this.keys.delete(path);
  }
}

/** @param what with its article: "a gzip file" */
export function notUcp(what: string) {
  return snapshotErrors.notUcp({ message: `This is no backup of UCP or MKE: it is ${what}.` });
}
