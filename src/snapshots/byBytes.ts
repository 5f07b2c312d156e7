import type { SnapshotChecker, SnapshotFormat, SnapshotReport } from '../core/ports';
import { detect } from './detect';
import type { Detected } from './detect';
import { formatById } from './formats';

/** A tar's first headers, with what extends them, and what its first member begins with. */
const HEAD_BYTES = 8192;

/**
 * The format of a file of which only its bytes are sure: an encrypted one, or one without a manifest. The check finds
 * out by what comes, and falls back to `assumed`, which then says what is wrong.
 */
export function formatByBytes(assumed: SnapshotFormat): SnapshotFormat {
  return { ...assumed, byBytes: true, borrows: false, checker: () => new CheckerByBytes(assumed) };
}

class CheckerByBytes implements SnapshotChecker {
  private head: Uint8Array[] = [];
  private headBytes = 0;
  private chosen: SnapshotChecker | undefined;
  private isOver = false;

  constructor(private readonly assumed: SnapshotFormat) {}

  async push(chunk: Uint8Array): Promise<void> {
    if (this.chosen !== undefined) return this.chosen.push(chunk);
    this.head.push(chunk);
    this.headBytes += chunk.length;
    if (this.headBytes >= HEAD_BYTES) await this.choose();
  }

  async finish(): Promise<SnapshotReport> {
    return (this.chosen ?? (await this.choose())).finish();
  }

  partial(): SnapshotReport | Promise<SnapshotReport> {
    return (this.chosen ?? this.assumed.checker()).partial();
  }

  destroy(): void {
    this.isOver = true;
    this.chosen?.destroy();
  }

  private async choose(): Promise<SnapshotChecker> {
    const head = Buffer.concat(this.head);
    const known = readerOf(detect(head).id, head, this.assumed.id);
    const format = known === undefined ? this.assumed : await formatById(known);
    const checker = format.checker();
    this.chosen = checker;
    if (this.isOver) checker.destroy();
    this.head = [];
    if (head.length > 0) await checker.push(head);
    return checker;
  }
}

/** Id of the format whose reader takes these bytes, or says best what is wrong with them. */
function readerOf(id: Detected['id'], head: Buffer, assumed: string): string | undefined {
  if (id === 'ucp' || id === 'swarm' || id === 'marathon') return id;
  if (id === 'tar') return assumed === 'ucp' ? 'ucp' : 'swarm';
  // Gzip holds Raft snapshots only, of whatever product; the reader of Consul's tells them apart.
  return head[0] === 0x1f ? 'consul' : undefined;
}
