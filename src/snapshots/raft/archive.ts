import { createHash, type Hash } from 'node:crypto';
import { isClusterBackupError } from '../../core/errors';
import { snapshotErrors } from '../snapshotErrors';
import { MAX_META_BYTES, parseMeta, type RaftMeta } from './meta';
import type { RecordSink } from './recordSink';
import { StateReader } from './stateReader';
import { MAX_SUMS_BYTES, parseSums } from './sums';
import type { TarHandler, TarHeader } from './tarReader';

const SUMMED = ['meta.json', 'state.bin'] as const;
const MEMBERS: readonly string[] = [...SUMMED, 'SHA256SUMS'];

const OTHER_TYPES: Readonly<Record<string, string>> = {
  '1': 'a hard link',
  '2': 'a symbolic link',
  '3': 'a device',
  '4': 'a device',
  '5': 'a folder',
  '6': 'a pipe',
};

/**
 * Checks the three members of a Raft snapshot as the tar reader hands them over (hashicorp/consul
 * snapshot/archive.go): hashes each, walks state.bin's records, compares with meta.json and SHA256SUMS.
 * Damage inside a member is told at the end, so that a wrong checksum is named as the cause it is.
 */
export class SnapshotArchive implements TarHandler {
  /** Known once meta.json was read. */
  meta: RaftMeta | undefined;
  private state: StateReader | undefined;
  private stateSize: number | undefined;
  private stateIsReadable = true;
  private small = Buffer.alloc(0);
  private smallFill = 0;
  private current = '';
  private hash: Hash = createHash('sha256');
  /** Hex of the members that came whole. */
  private readonly sums = new Map<string, string>();
  private listed = Buffer.alloc(0);
  private damage: Error | undefined;

  constructor(private readonly sink: RecordSink) {}

  /** Bytes of state.bin whose records were read. */
  get walked(): number {
    return this.state?.walked ?? 0;
  }

  member({ name, size, type }: TarHeader): void {
    refuseOthers(name, type);
    if (this.sums.has(name)) {
      throw snapshotErrors.duplicateMember({ message: `The snapshot holds ${name} twice.` });
    }
    this.current = name;
    this.hash = createHash('sha256');
    if (name === 'state.bin') {
      this.stateSize = size;
      this.attempt(() => this.compareSizes());
      this.state = new StateReader(this.sink, size);
      return;
    }
    const limit = name === 'meta.json' ? MAX_META_BYTES : MAX_SUMS_BYTES;
    if (size > limit) {
      throw snapshotErrors.tooLarge({
        message: `${name} of the snapshot has ${size} bytes, over the ${limit} it may have.`,
      });
    }
    this.small = Buffer.alloc(size);
    this.smallFill = 0;
  }

  data(buffer: Buffer, start: number, end: number): void {
    this.hash.update(buffer.subarray(start, end));
    if (this.current !== 'state.bin') {
      this.smallFill += buffer.copy(this.small, this.smallFill, start, end);
    } else if (this.stateIsReadable) {
      this.stateIsReadable = this.attempt(() => this.state?.push(buffer, start, end));
    }
  }

  memberEnd(): void {
    this.sums.set(this.current, this.hash.digest('hex'));
    if (this.current === 'SHA256SUMS') this.listed = this.small;
    else if (this.current === 'meta.json') this.attempt(() => this.readMeta());
    else if (this.stateIsReadable) this.attempt(() => this.state?.finish());
  }

  /**
   * All members came. Throws `snapshot.missingMember`, `badSums`, `badChecksum`, or what was found
   * damaged inside a member.
   */
  finish(): void {
    const missing = MEMBERS.find((name) => !this.sums.has(name));
    if (missing !== undefined) {
      throw snapshotErrors.missingMember({ message: `The snapshot lacks its ${missing}.` });
    }
    for (const [name, sum] of parseSums(this.listed, SUMMED)) {
      if (this.sums.get(name) !== sum) {
        throw snapshotErrors.badChecksum({
          message: `${name} of the snapshot does not match its SHA-256 checksum.`,
          cause: this.damage,
        });
      }
    }
    if (this.damage) throw this.damage;
  }

  private readMeta(): void {
    this.meta = parseMeta(this.small);
    this.compareSizes();
  }

  private compareSizes(): void {
    const stated = this.meta?.size;
    if (stated === undefined || this.stateSize === undefined || stated === this.stateSize) return;
    throw snapshotErrors.sizeMismatch({
      message: `meta.json states ${stated} bytes of records, state.bin holds ${this.stateSize}.`,
    });
  }

  /** Runs a check whose failure a wrong checksum may explain; false when it failed. */
  private attempt(check: () => void): boolean {
    try {
      check();
      return true;
    } catch (error) {
      const isDamage = isClusterBackupError(error) && error.code !== 'snapshot.otherProduct';
      if (!isDamage) throw error;
      this.damage ??= error;
      return false;
    }
  }
}

function refuseOthers(name: string, type: string): void {
  if (name === 'SHA256SUMS.sealed') {
    throw snapshotErrors.otherProduct({
      message: 'This is a Vault or OpenBao snapshot: its checksums are sealed.',
    });
  }
  const shown = JSON.stringify(name.slice(0, 200));
  if (/^([/\\]|[A-Za-z]:)|(^|[/\\])\.\.([/\\]|$)/.test(name)) {
    throw snapshotErrors.unsafeMember({
      message: `The snapshot holds ${shown}, a path that leads out of the folder it is unpacked in.`,
    });
  }
  const isFile = type === '0' || type === '7';
  if (!isFile && (MEMBERS.includes(name) || OTHER_TYPES[type] !== undefined)) {
    throw snapshotErrors.unsafeMember({
      message: `${shown} in the snapshot is ${OTHER_TYPES[type] ?? 'no regular file'}.`,
    });
  }
  if (!MEMBERS.includes(name)) {
    throw snapshotErrors.unexpectedMember({
      message: `The snapshot holds ${shown}, which no Consul snapshot does.`,
    });
  }
}
