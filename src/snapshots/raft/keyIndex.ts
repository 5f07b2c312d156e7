import { KeyStats, type KeyQuery, type KeyRows } from './keyStats';

const PAGE_BYTES = 1024 * 1024;
const DEFAULT_BUDGET_BYTES = 64 * 1024 * 1024;
/** Of a key besides its own bytes: where it ends in its page, and its record's size. */
const ENTRY_BYTES = 8;

/** Keys of one page of text. */
interface Page {
  text: Buffer;
  used: number;
  ends: Uint32Array;
  sizes: Uint32Array;
  count: number;
}

/**
 * All keys of a snapshot with the sizes of their records, packed, so that a question about them
 * needs no second reading. Collected in one pass by giving `add` as the reader's key listener.
 */
export class KeyIndex {
  private pages: Page[] = [];
  private bytes = 0;
  private full = false;

  /** @param budget bytes it may take; beyond it everything is let go and only a re-reading helps */
  constructor(private readonly budget = DEFAULT_BUDGET_BYTES) {}

  /** True when the keys did not fit: `query` has no answer then. */
  get overBudget(): boolean {
    return this.full;
  }

  /** Bytes taken. */
  get byteLength(): number {
    return this.bytes;
  }

  /** Appends the key `buffer[start, end)`. @param size bytes of its record */
  readonly add = (buffer: Buffer, start: number, end: number, size: number): void => {
    if (this.full) return;
    const page = this.room(end - start);
    if (page === undefined) return;
    const { text } = page;
    let { used } = page;
    // Faster than copy() for texts as short as keys.
    for (let at = start; at < end; at++) text[used++] = buffer[at] as number;
    page.used = used;
    page.ends[page.count] = page.used;
    page.sizes[page.count] = size;
    page.count++;
  };

  /**
   * Adds up the records by prefix. About 20 ms for 200,000 keys.
   * @returns undefined when over budget
   */
  query(query: KeyQuery): KeyRows | undefined {
    if (this.full) return undefined;
    const stats = new KeyStats(query);
    for (const { text, ends, sizes, count } of this.pages) {
      let start = 0;
      for (let i = 0; i < count; i++) {
        const end = ends[i] as number;
        stats.add(text, start, end, sizes[i] as number);
        start = end;
      }
    }
    return stats.result();
  }

  private room(length: number): Page | undefined {
    const last = this.pages.at(-1);
    const fits =
      last !== undefined && last.used + length <= last.text.length && last.count < last.ends.length;
    if (fits) return last;
    const textBytes = Math.max(PAGE_BYTES, length);
    const entries = PAGE_BYTES / 16;
    this.bytes += textBytes + entries * ENTRY_BYTES;
    if (this.bytes > this.budget) {
      this.full = true;
      this.pages = [];
      this.bytes = 0;
      return undefined;
    }
    const page = {
      text: Buffer.allocUnsafe(textBytes),
      used: 0,
      ends: new Uint32Array(entries),
      sizes: new Uint32Array(entries),
      count: 0,
    };
    this.pages.push(page);
    return page;
  }
}
