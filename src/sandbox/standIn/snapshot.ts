import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { extract, pack } from 'tar-stream';
import { type Value, RecordReader, encode } from './records';

/** What the stand-in holds, and what its snapshots hold. */
export interface State {
  index: number;
  keys: Map<string, Buffer>;
  services: Map<string, Service>;
  sessions: Map<string, string>;
}

export interface Service {
  id: string;
  name: string;
  port: number;
  tags: string[];
}

export const nodeName = 'stand-in';
const nodeId = '5aa5f00d-0000-4000-8000-000000000001';
const types = { register: 0, kvs: 2, session: 3, index: 16, chunking: 29 };

/** Makes a snapshot as Consul would: gzip around a tar of meta.json, state.bin and SHA256SUMS. */
export async function makeSnapshot(state: State): Promise<Buffer> {
  const records = Buffer.concat([...encodeState(state)]);
  const meta = {
    Version: 1,
    ID: `2-${state.index}-${Date.now()}`,
    Index: state.index,
    Term: 2,
    Peers: encode([Buffer.from('127.0.0.1:8300')]).toString('base64'),
    Configuration: { Servers: [{ Suffrage: 0, ID: nodeId, Address: '127.0.0.1:8300' }] },
    ConfigurationIndex: 1,
    Size: records.length,
  };
  const metaBytes = Buffer.from(`${JSON.stringify(meta)}\n`);
  const sums = `${sha256(metaBytes)}  meta.json\n${sha256(records)}  state.bin\n`;
  const archive = pack();
  archive.entry({ name: 'meta.json', mode: 0o600 }, metaBytes);
  archive.entry({ name: 'state.bin', mode: 0o600 }, records);
  archive.entry({ name: 'SHA256SUMS', mode: 0o600 }, sums);
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  return gzipSync(Buffer.concat(chunks));
}

/** Checks a snapshot as Consul does before a restore, and reads what the stand-in can hold of it. */
export async function readSnapshot(bytes: Buffer): Promise<State> {
  const members = await untar(unzip(bytes));
  for (const name of members.keys()) {
    if (!['meta.json', 'state.bin', 'SHA256SUMS'].includes(name)) {
      throw new Error(`failed to read snapshot file: unexpected file "${name}" in snapshot`);
    }
  }
  const [meta, records, sums] = ['meta.json', 'state.bin', 'SHA256SUMS'].map((name) => {
    const member = members.get(name);
    if (member === undefined) throw new Error(`failed to read snapshot file: no ${name}`);
    return member;
  }) as [Buffer, Buffer, Buffer];
  for (const [name, member] of [
    ['meta.json', meta],
    ['state.bin', records],
  ] as const) {
    if (!sums.toString().includes(`${sha256(member)}  ${name}\n`)) {
      throw new Error(`failed checking integrity of snapshot: hash check failed for "${name}"`);
    }
  }
  return decodeState(records);
}

function* encodeState(state: State): Generator<Buffer> {
  const indexes = { CreateIndex: 5, ModifyIndex: state.index };
  const record = (type: number, value: Value): Buffer =>
    Buffer.concat([Buffer.of(type), encode(value)]);
  yield encode({ LastIndex: state.index });
  const node = { Node: nodeName, ID: nodeId, Address: '127.0.0.1', Datacenter: 'dc1' };
  yield record(types.register, { ...node, Service: null, ...indexes });
  for (const service of state.services.values()) {
    yield record(types.register, {
      ...node,
      Service: { ID: service.id, Service: service.name, Port: service.port, Tags: service.tags },
      ...indexes,
    });
  }
  for (const [id, name] of state.sessions) {
    yield record(types.session, { ID: id, Name: name, Node: nodeName, TTL: '', ...indexes });
  }
  for (const [key, value] of state.keys) {
    const entry = { Key: key, Value: value, Flags: 0, LockIndex: 0, Session: '' };
    yield record(types.kvs, { ...entry, ...indexes });
  }
  for (const table of ['kvs', 'nodes', 'services', 'sessions']) {
    yield record(types.index, { Key: table, Value: state.index });
  }
  yield record(types.chunking, { ChunkMap: {} });
}

function decodeState(records: Buffer): State {
  const reader = new RecordReader(records);
  const header = reader.value() as { LastIndex?: number };
  const state: State = {
    index: header.LastIndex ?? 1,
    keys: new Map(),
    services: new Map(),
    sessions: new Map(),
  };
  while (!reader.atEnd) {
    const type = reader.byte();
    const value = reader.value() as Record<string, Value>;
    if (type === types.kvs) {
      state.keys.set(
        text(value['Key']),
        Buffer.isBuffer(value['Value']) ? value['Value'] : Buffer.alloc(0),
      );
    } else if (type === types.session) {
      state.sessions.set(text(value['ID']), text(value['Name']));
    } else if (type === types.register && value['Service']) {
      const service = value['Service'] as Record<string, Value>;
      const tags = Array.isArray(service['Tags']) ? (service['Tags'] as Value[]).map(text) : [];
      const id = text(service['ID']);
      const port = Number(service['Port'] ?? 0);
      state.services.set(id, { id, name: text(service['Service']), port, tags });
    }
  }
  return state;
}

function text(value: Value | undefined): string {
  return Buffer.isBuffer(value) ? value.toString() : '';
}

function unzip(bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes);
  } catch (error) {
    throw new Error(`failed to decompress snapshot: gzip: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

async function untar(bytes: Buffer): Promise<Map<string, Buffer>> {
  const archive = extract();
  archive.end(bytes);
  const members = new Map<string, Buffer>();
  for await (const entry of archive) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    members.set(entry.header.name, Buffer.concat(chunks));
  }
  return members;
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
