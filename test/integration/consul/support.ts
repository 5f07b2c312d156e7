import assert from 'node:assert/strict';
import { refused as expectRefusal } from '../../support/refused';
import type { Readable } from 'node:stream';
import { createConsulAdapter } from '../../../src/adapters/consul/adapter';
import { consulConnectionSchema } from '../../../src/adapters/consul/definition';
import type { ClusterBackupError } from '../../../src/core/errors';
import type {
  WholeAdapter,
  ConnectedCluster,
  RunContext,
  SnapshotReport,
  WholeRequest,
} from '../../../src/core/ports';
import type { RunningConsul } from '../../../src/sandbox/parts/consulServer';
import { formatById } from '../../../src/snapshots/formats';

export const MASTER = '11111111-2222-3333-4444-555555555555';
const silent = () => undefined;

/** A context that remembers the phases it was told. */
export function context(signal = new AbortController().signal): RunContext & { phases: string[] } {
  const phases: string[] = [];
  return {
    signal,
    phases,
    progress: ({ phase }) => {
      if (phases.at(-1) !== phase) phases.push(phase);
    },
    log: { debug: silent, info: silent, warn: silent, error: silent },
    clock: { now: () => new Date() },
  };
}

const opened: WholeAdapter[] = [];

/** An adapter for a connection, with an environment of its own; closed by `closeAdapters`. */
export function adapterFor(connection: Record<string, unknown>, token?: string): WholeAdapter {
  const cluster: ConnectedCluster = {
    name: 'prod',
    system: 'consul',
    connection: consulConnectionSchema.parse(
      token === undefined ? connection : { ...connection, token: { env: 'TOKEN' } },
    ),
    secrets: token === undefined ? {} : { token },
  };
  const adapter = createConsulAdapter(cluster, {});
  opened.push(adapter);
  return adapter;
}

export async function closeAdapters(): Promise<void> {
  await Promise.all(opened.splice(0).map((adapter) => adapter.close()));
}

/** Takes a backup, checks it as the core does and keeps its bytes. */
export async function save(
  adapter: WholeAdapter,
  mode = 'consistent',
): Promise<{
  bytes: Buffer;
  report: SnapshotReport;
  notes: string[];
  version: string | undefined;
}> {
  const source = await adapter.backup({ mode }, context());
  const checker = (await formatById('consul')).checker();
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of source.stream as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      await checker.push(chunk);
    }
    const report = await checker.finish();
    const bytes = Buffer.concat(chunks);
    return { bytes, report, notes: source.notes, version: source.systemVersion };
  } finally {
    checker.destroy();
  }
}

/** Expects one of our errors, and gives it to look at. No error may hold the token. */
export async function refused(
  promise: Promise<unknown>,
  code: string,
): Promise<ClusterBackupError> {
  const error = await expectRefusal(promise, code);
  assert.doesNotMatch(`${error.message} ${error.next}`, new RegExp(MASTER));
  return error;
}

/** Sends an operator's request that must be taken, and gives the answer's JSON. */
export async function must(
  consul: RunningConsul,
  method: string,
  path: string,
  body?: unknown,
): Promise<unknown> {
  const sent = body === undefined || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  const reply = await consul.request(method, path, sent === undefined ? {} : { body: sent });
  assert.equal(reply.status, 200, `${method} ${path}: ${reply.body.toString()}`);
  const text = reply.body.toString();
  return text === '' ? undefined : (JSON.parse(text) as unknown);
}

/** A snapshot as an adapter is given it, nothing chosen. */
export function whole(content: SnapshotReport): WholeRequest {
  return { content, choices: {}, payloads: {} };
}

/** Bytes to be sent, where only their way is looked at. */
export function sending(stream: Readable, size: number | undefined) {
  return { ...whole({} as SnapshotReport), stream, size };
}
