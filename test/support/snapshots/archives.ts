import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { pack, type Header } from 'tar-stream';

export interface TestMember {
  name: string;
  content: Buffer;
  /** Default: a regular file. */
  type?: Header['type'];
  linkname?: string;
}

export interface TestMeta {
  Version: number;
  ID: string;
  Index: number | bigint;
  Term: number | bigint;
  Size: number;
  [more: string]: unknown;
}

export function metaFor(state: Buffer, more: Partial<TestMeta> = {}): TestMeta {
  return {
    Version: 1,
    ID: '2-42-1795273087137',
    Index: 42,
    Term: 2,
    Peers: 'ka4xMjcuMC4wLjE6ODMwMA==',
    Configuration: { Servers: [{ Suffrage: 0, ID: 'one', Address: '127.0.0.1:8300' }] },
    ConfigurationIndex: 1,
    Size: state.length,
    ...more,
  };
}

/** meta.json as Go writes it: one line, integers of any size in full. */
export function metaJson(meta: TestMeta): Buffer {
  const text = JSON.stringify(meta, (_, value: unknown) =>
    typeof value === 'bigint' ? `<${value.toString()}>` : value,
  );
  return Buffer.from(`${text.replace(/"<(\d+)>"/g, '$1')}\n`);
}

export function sumsFor(members: readonly TestMember[]): Buffer {
  const lines = members.map(
    ({ name, content }) => `${createHash('sha256').update(content).digest('hex')}  ${name}\n`,
  );
  return Buffer.from(lines.join(''));
}

/** The three members of a snapshot, in Consul's order. */
export function membersOf(state: Buffer, meta = metaJson(metaFor(state))): TestMember[] {
  const summed = [
    { name: 'meta.json', content: meta },
    { name: 'state.bin', content: state },
  ];
  return [...summed, { name: 'SHA256SUMS', content: sumsFor(summed) }];
}

/** A tar made by a library other than the reader under test. */
export async function tarOf(members: readonly TestMember[]): Promise<Buffer> {
  const archive = pack();
  for (const { name, content, type = 'file', linkname } of members) {
    const header = { name, type, mode: 0o600, mtime: new Date(0) };
    if (type === 'file') archive.entry({ ...header, size: content.length }, content);
    else archive.entry({ ...header, size: 0, ...(linkname !== undefined && { linkname }) });
  }
  archive.finalize();
  const parts: Buffer[] = [];
  for await (const part of archive) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/** The header alone of a regular file of any size. */
export async function tarHeader(name: string, size: number): Promise<Buffer> {
  const archive = pack();
  archive.on('error', () => undefined);
  archive.entry({ name, size, mode: 0o600, mtime: new Date(0) });
  const head = await new Promise<unknown>((resolve) => archive.once('data', resolve));
  archive.destroy();
  return head as Buffer;
}

/** A whole `.snap` of this state.bin. */
export async function snapOf(state: Buffer, meta?: Partial<TestMeta>): Promise<Buffer> {
  return gzipSync(await tarOf(membersOf(state, metaJson(metaFor(state, meta)))));
}
