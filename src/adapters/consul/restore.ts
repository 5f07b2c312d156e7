import type { Readable } from 'node:stream';
import { isClusterBackupError, throwIfCancelled } from '../../core/errors';
import type { ClusterBackupError } from '../../core/errors';
import type { RunContext } from '../../core/ports';
import { HttpStatusError } from '../http';
import { consulErrors } from './errors';
import type { ConsulClient } from './http';

/** What Consul says when it refused the archive before it touched anything (snapshot/snapshot.go `Read`). */
const NOT_TOUCHED =
  /failed to decompress|failed to read snapshot|failed checking integrity|unexpected file|hash check|unread uncompressed|temp snapshot|stale not allowed/i;

/** What it says when no leader was there to begin; a leadership lost on the way is another thing. */
const NOT_BEGUN = /No cluster leader|dial tcp|rpc error getting client/i;

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
  const told = (bytes: number, whole: boolean) => {
    sent = bytes;
    handedOver = whole;
    const total = size === undefined ? {} : { total: size };
    context.progress(
      whole
        ? { phase: 'Waiting for the leader to apply it' }
        : { phase: 'Sending to the cluster', done: bytes, unit: 'bytes', ...total },
    );
  };
  try {
    await client.sendSnapshot({ body: stream, size, told, signal: context.signal });
  } catch (error) {
    throw explained(client, error, { handedOver, sent, signal: context.signal });
  }
}

interface Circumstances {
  /** The whole snapshot had been given to the connection. */
  handedOver: boolean;
  sent: number;
  signal: AbortSignal;
}

function explained(client: ConsulClient, error: unknown, at: Circumstances): unknown {
  const { where } = client.target;
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
  const maybeBegun = plain.code === 'consul.noLeader' && !NOT_BEGUN.test(said);
  if (plain.code !== 'consul.serverError' && !maybeBegun) return plain;
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
