import { Transform } from 'node:stream';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isClusterBackupError, throwIfCancelled } from '../../core/errors';
import type { ClusterBackupError } from '../../core/errors';
import type { RunContext } from '../../core/ports';
import { HttpStatusError } from '../http';
import { consulErrors } from './errors';
import type { ConsulClient } from './http';

/** What Consul says when it refused the archive before it touched anything (snapshot/snapshot.go `Read`). */
const NOT_TOUCHED =
  /failed to decompress|failed to read snapshot|failed checking integrity|unexpected file|hash check|unread uncompressed|temp snapshot|stale not allowed/i;

/**
 * Hands a snapshot to the cluster: one `PUT /v1/snapshot`, never a second. The leader reads all of it, then replaces
 * what the cluster holds (hashicorp/consul agent/consul/snapshot_endpoint.go).
 *
 * @throws what made `stream` fail; `consul.restoreRejected` and `consul.restoreNotSent`: nothing was replaced;
 *   `consul.restoreUnconfirmed`: it may have been; `consul.denied`, `consul.noLeader`, `http.*` before it began
 */
export async function sendRestore(
  client: ConsulClient,
  stream: Readable,
  size: number | undefined,
  context: RunContext,
): Promise<void> {
  let sent = 0;
  let handedOver = false;
  const counter = new Transform({
    highWaterMark: 256 * 1024,
    transform(chunk: Buffer, _encoding, done) {
      sent += chunk.length;
      const total = size === undefined ? {} : { total: size };
      context.progress({ phase: 'Sending to the cluster', done: sent, unit: 'bytes', ...total });
      done(null, chunk);
    },
    flush(done) {
      handedOver = true;
      context.progress({ phase: 'Waiting for the leader to apply it' });
      done();
    },
  });
  let sourceFailure: { error: unknown } | undefined;
  stream.once('error', (error: unknown) => (sourceFailure ??= { error }));
  const fed = pipeline(stream, counter).catch(() => undefined);
  try {
    await client.sendSnapshot(counter, size, context.signal);
  } catch (error) {
    counter.destroy();
    await fed;
    throw explained(client, error, { sourceFailure, handedOver, sent, signal: context.signal });
  }
}

interface Circumstances {
  sourceFailure: { error: unknown } | undefined;
  /** The whole snapshot had been given to the connection. */
  handedOver: boolean;
  sent: number;
  signal: AbortSignal;
}

function explained(client: ConsulClient, error: unknown, at: Circumstances): unknown {
  const { where } = client.target;
  // A failed source is why the connection was cut, not the other way round.
  if (at.sourceFailure !== undefined && !at.handedOver) return at.sourceFailure.error;
  if (error instanceof HttpStatusError) return refusal(client, error);
  if (!at.handedOver) {
    throwIfCancelled(at.signal);
    if (at.sent === 0 || !isConnectionEnd(error)) return error;
    return consulErrors.restoreNotSent({
      message: `${where} closed the connection after ${at.sent} bytes of the snapshot.`,
      next: 'The cluster never had the whole snapshot and holds what it held before. Check that the token has acl = "write", then try again.',
      cause: error,
    });
  }
  const why = at.signal.aborted
    ? 'was cancelled'
    : isClusterBackupError(error)
      ? `failed (${error.message})`
      : 'failed';
  return consulErrors.restoreUnconfirmed({
    message: `${where} had the whole snapshot, but waiting for its answer ${why}. It may have been applied or not.`,
    cause: error,
  });
}

function refusal(client: ConsulClient, failure: HttpStatusError): ClusterBackupError {
  const { where } = client.target;
  const said = client.words(failure);
  const plain = client.explain(failure, 'restore the snapshot', 'acl = "write"');
  if (plain.code !== 'consul.serverError') return plain;
  if (NOT_TOUCHED.test(said)) {
    return consulErrors.restoreRejected({
      message: `${where} does not take the snapshot: ${said}.`,
      cause: failure,
    });
  }
  return consulErrors.restoreUnconfirmed({
    message: `${where} failed while it applied the snapshot (status ${failure.status}: ${said}).`,
    cause: failure,
  });
}

function isConnectionEnd(error: unknown): boolean {
  return isClusterBackupError(error) && ['http.reset', 'http.cut'].includes(error.code);
}
