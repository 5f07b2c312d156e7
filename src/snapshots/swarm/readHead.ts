import type { Readable } from 'node:stream';
import { ArchiveReader } from './archiveReader';
import type { ArchiveListener } from './archiveReader';
import type { SwarmHead } from './headReader';
import type { Definition } from './layout';

export type { SwarmHead } from './headReader';

/** Keeps the head of an archive as it passes. */
export class HeadCollector {
  /** Complete once the head has ended. */
  head: SwarmHead | undefined;
  readonly listener: ArchiveListener;
  readonly reader: ArchiveReader;
  private readonly definitions: Definition[] = [];
  private readonly stacks: SwarmHead['stacks'] = [];

  constructor(
    more: Pick<ArchiveListener, 'contentBegin' | 'entry' | 'content' | 'contentEnd'> = {},
  ) {
    this.listener = {
      ...more,
      definition: (definition) => this.definitions.push(definition),
      stack: (name, yaml) => this.stacks.push({ name, yaml }),
      headEnd: () => this.complete(),
    };
    this.reader = new ArchiveReader(this.listener);
  }

  private complete(): void {
    const { manifest, sha256 } = this.reader.head;
    if (manifest === undefined || sha256 === undefined) return;
    this.head = { manifest, definitions: this.definitions, stacks: this.stacks, sha256 };
  }
}

/**
 * Reads manifest, definitions and stacks, then destroys the stream: contents are not read. They are at most
 * `MAX_HEAD_BYTES`, and are held in memory.
 *
 * @throws errors of area `snapshot`, and what the stream fails with
 */
export async function readSwarmHead(stream: Readable): Promise<SwarmHead> {
  const collector = new HeadCollector();
  try {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      try {
        collector.reader.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
      } catch (error) {
        // What is wrong behind the head is for those who read it.
        if (collector.head === undefined) throw error;
      }
      if (collector.head !== undefined) return collector.head;
    }
    collector.reader.finish();
    throw new Error('The archive ended without an end.');
  } finally {
    stream.destroy();
  }
}
