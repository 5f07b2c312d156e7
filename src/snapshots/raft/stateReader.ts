import { snapshotErrors } from '../snapshotErrors';
import type { RecordSink } from './recordSink';
import { RecordWalker } from './recordWalker';
import { STATE_HEAD_BYTES, stateProduct } from './stateProduct';

const PRODUCTS = { nomad: 'a Nomad', vault: 'a Vault or OpenBao' } as const;

/** Reads a Consul state.bin as its bytes come, once it is sure that it is Consul's. */
export class StateReader {
  private readonly walker: RecordWalker;
  private head: Buffer | undefined = Buffer.alloc(0);

  /** @param size bytes of the whole state.bin */
  constructor(
    sink: RecordSink,
    private readonly size: number,
  ) {
    this.walker = new RecordWalker(sink, size);
  }

  /** Bytes up to the end of the last complete record. */
  get walked(): number {
    return this.walker.walked;
  }

  /** Takes `buffer[start, end)`. Throws `snapshot.otherProduct`, `snapshot.badRecord`. */
  push(buffer: Buffer, start: number, end: number): void {
    if (this.head === undefined) {
      this.walker.push(buffer, start, end);
      return;
    }
    const wanted = Math.min(STATE_HEAD_BYTES, this.size);
    const take = Math.min(end, start + wanted - this.head.length);
    this.head = Buffer.concat([this.head, buffer.subarray(start, take)]);
    if (this.head.length < wanted) return;
    const head = this.head;
    this.head = undefined;
    refuseOthers(head);
    this.walker.push(head, 0, head.length);
    this.walker.push(buffer, take, end);
  }

  /** All bytes came. Throws `snapshot.badRecord` where the last record is not complete. */
  finish(): void {
    if (this.size === 0) refuseOthers(Buffer.alloc(0));
    this.walker.finish();
  }
}

function refuseOthers(head: Buffer): void {
  const product = stateProduct(head);
  if (product === 'consul') return;
  if (product === 'unknown') {
    throw snapshotErrors.badRecord({
      message: 'state.bin of the snapshot does not begin with the header that Consul writes.',
    });
  }
  throw snapshotErrors.otherProduct({
    message: `This is ${PRODUCTS[product]} snapshot; its records are not Consul's.`,
  });
}
