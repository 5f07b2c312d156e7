import { coreErrors } from '../../core/errors';
import type { SnapshotChecker, SnapshotFormat, SnapshotReport } from '../../core/ports';
import { detect } from '../detect';
import type { Detected } from '../detect';
import { snapshotErrors } from '../snapshotErrors';
import { BLOCK } from '../tar/tarFields';
import { TarScanner } from '../tar/tarScanner';
import type { Certificates } from './certificates';
import { notUcp, UcpContents } from './contents';
import type { EntryListener } from './contents';
import { UCP_ENDING } from './layout';
import type { UcpRule, UcpVolume } from './layout';
import { ruleProblem } from './rule';

/** Enough of a file to say what else it is. */
const HEAD_BYTES = 2 * BLOCK;

/**
 * Checks a backup of UCP or MKE in one pass and constant memory while its bytes go by: the tar to its end, nothing in
 * it that should not be put back, the vendor's rule of a sound backup.
 */
export class UcpChecker implements SnapshotChecker {
  private readonly contents: UcpContents;
  private readonly scanner: TarScanner;
  private readonly head = Buffer.alloc(HEAD_BYTES);
  private headFill = 0;
  private isTold = false;
  private detected: Detected['id'] | undefined;
  private bytes = 0;
  private isWhole = false;
  private isOver = false;

  /** @param onEntry told of each entry that passed */
  constructor(onEntry?: EntryListener) {
    this.contents = new UcpContents(onEntry);
    this.scanner = new TarScanner(this.contents, { what: 'The backup', filled: true });
  }

  get volumes(): UcpVolume[] {
    return this.contents.shownVolumes(this.isWhole);
  }

  get certificates(): Certificates {
    return this.contents.certificates;
  }

  get rule(): UcpRule {
    return this.contents.rule;
  }

  /** What the file is by its first bytes, once they have come. */
  get found(): Detected['id'] | undefined {
    return this.detected;
  }

  push(chunk: Uint8Array): Promise<void> {
    try {
      if (this.isOver) throw stopped();
      this.bytes += chunk.length;
      this.take(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
      return Promise.resolve();
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- what it throws has to reject
  async finish(): Promise<SnapshotReport> {
    if (this.isOver) throw stopped();
    if (!this.isTold) this.tell();
    this.scanner.finish();
    this.isWhole = true;
    if (!this.contents.hasVolumes) {
      throw notUcp('a tar archive without any volume of UCP or MKE');
    }
    this.contents.end();
    const { rule } = this;
    if (!rule.holds) throw snapshotErrors.ucpUnsound({ message: ruleProblem(rule) });
    return this.partial();
  }

  partial(): SnapshotReport {
    return this.contents.report(this.bytes);
  }

  destroy(): void {
    this.isOver = true;
  }

  private take(chunk: Buffer): void {
    if (this.isTold) {
      this.scanner.push(chunk);
      return;
    }
    const taken = chunk.copy(this.head, this.headFill);
    this.headFill += taken;
    if (this.headFill < HEAD_BYTES) return;
    this.tell();
    this.scanner.push(chunk.subarray(taken));
  }

  /** Says what a file is that is no tar at all, before a tar's reader calls it damaged. */
  private tell(): void {
    this.isTold = true;
    const head = this.head.subarray(0, this.headFill);
    const { id, title } = detect(head);
    this.detected = id;
    // What ends within its first header may have been anything.
    const isTar = id === 'ucp' || id === 'tar' || (head.length < BLOCK && id === 'unknown');
    if (!isTar && !isEmptyTar(head))
      throw notUcp(`${/^[aeiou]/i.test(title) ? 'an' : 'a'} ${title}`);
    this.scanner.push(head);
  }
}

/** A tar of nothing begins with its end. */
function isEmptyTar(head: Buffer): boolean {
  return head.length >= BLOCK && head.every((byte) => byte === 0);
}

function stopped() {
  return coreErrors.cancelled({ message: 'The check was stopped.' });
}

/** The backup of Docker UCP and Mirantis MKE: layout.ts. */
export const ucpFormat: SnapshotFormat = {
  id: 'ucp',
  title: 'UCP or MKE backup',
  endings: [UCP_ENDING],
  borrows: true,
  checker: () => new UcpChecker(),
};
