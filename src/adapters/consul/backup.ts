import { coreErrors, isClusterBackupError } from '../../core/errors';
import type { BackupRequest, BackupSource, RunContext } from '../../core/ports';
import type { HttpReply } from '../http';
import { pauseFor } from '../retry';
import { consulErrors } from './errors';
import type { ConsulClient } from './http';
import { readSettledStatus, readStatus } from './status';
import type { ConsulStatus } from './status';

interface Answer {
  status: ConsulStatus;
  reply: HttpReply;
}

/** Milliseconds until the others have noticed that a leader is gone. */
const AFTER_LOSS = 3000;

/**
 * Begins a snapshot: `GET /v1/snapshot` (hashicorp/consul agent/snapshot_endpoint.go). Consul sends its headers
 * first, so a status of 200 says nothing about the end; and an agent that forwards from the leader ends the answer
 * as if it were whole when the leader breaks off. What arrives is to be checked.
 *
 * @throws `consul.noLeader`, `consul.degraded`, `consul.wrongDatacenter`, `consul.denied`, `consul.staleTooOld`
 */
export async function startBackup(
  client: ConsulClient,
  request: BackupRequest,
  context: RunContext,
): Promise<BackupSource> {
  const { target } = client;
  if (request.mode !== 'consistent' && request.mode !== 'stale') {
    throw coreErrors.unsupported({ message: `Consul has no backup mode "${request.mode}".` });
  }
  const stale = request.mode === 'stale';
  context.progress({ phase: 'Asking the cluster how it is' });
  const ask = stale ? askAnyServer : askLeader;
  const { status, reply } = await ask(client, context);
  try {
    const notes = stale ? readStaleness(reply, client) : refuseWithoutLeader(reply, target.where);
    if (stale && status.health !== 'healthy') notes.push(`The cluster was ${words(status)}`);
    if (status.healthView === 'denied') {
      notes.push('The health of the servers was not seen: operator = "read" was missing.');
    }
    const size = Number(reply.headers['content-length']);
    return {
      stream: reply.body,
      ...(status.version === undefined ? {} : { systemVersion: status.version }),
      ...(Number.isSafeInteger(size) && size > 0 ? { size } : {}),
      notes,
    };
  } catch (error) {
    reply.body.on('error', () => undefined).destroy();
    throw error;
  }
}

async function askAnyServer(client: ConsulClient, context: RunContext): Promise<Answer> {
  const status = await readStatus(client, context.signal);
  return { status, reply: await askForSnapshot(client, true, context) };
}

/** A leader that has just gone is still named for a few seconds: asks once more when the next one is there. */
async function askLeader(client: ConsulClient, context: RunContext): Promise<Answer> {
  const { signal } = context;
  for (let again = false; ; again = true) {
    const status = await readSettledStatus(client, signal);
    refuseUnfit(status, client.target.where);
    try {
      return { status, reply: await askForSnapshot(client, false, context) };
    } catch (error) {
      const gone = isClusterBackupError(error) && error.code === 'consul.noLeader';
      if (again || !gone) throw error;
      await pauseFor(AFTER_LOSS, signal);
    }
  }
}

function askForSnapshot(
  client: ConsulClient,
  stale: boolean,
  context: RunContext,
): Promise<HttpReply> {
  context.progress({ phase: 'Waiting for the cluster to make its snapshot' });
  return client.stream('/v1/snapshot', {
    purpose: 'make a snapshot',
    needs: 'acl = "write"',
    query: { stale: stale ? '' : undefined },
    headersTimeout: client.target.timeouts.prepare,
    signal: context.signal,
  });
}

function refuseUnfit(status: ConsulStatus, where: string): void {
  if (status.health === 'noLeader') {
    const message = `${where} has no leader. ${status.reason ?? ''}`.trim();
    throw consulErrors.noLeader({ message });
  }
  if (status.health !== 'degraded') return;
  throw consulErrors.degraded({
    message:
      `${where} is degraded, so a consistent backup is refused. ${status.reason ?? ''}`.trim(),
  });
}

function refuseWithoutLeader(reply: HttpReply, where: string): string[] {
  if (reply.headers['x-consul-knownleader'] !== 'false') return [];
  throw consulErrors.noLeader({
    message: `${where} lost its leader while it answered; the snapshot would not be consistent.`,
  });
}

/** @returns remarks on how far behind the answer was */
function readStaleness(reply: HttpReply, client: ConsulClient): string[] {
  const { where, staleLimit } = client.target;
  const header = reply.headers['x-consul-lastcontact'];
  const behind = Number(header ?? Number.NaN);
  if (!Number.isFinite(behind)) return ['The server did not say how old its answer was.'];
  if (behind > staleLimit) {
    throw consulErrors.staleTooOld({
      message: `${where} last heard from a leader ${seconds(behind)} ago; the limit is ${seconds(staleLimit)}.`,
    });
  }
  const notes: string[] = [];
  if (reply.headers['x-consul-knownleader'] === 'false') {
    notes.push('No leader was known to the server that answered.');
  }
  if (behind > 0) {
    notes.push(`Answered by a server that had heard from the leader ${behind} ms before.`);
  }
  return notes;
}

function words(status: ConsulStatus): string {
  const state = status.health === 'noLeader' ? 'without a leader' : 'degraded';
  return `${state}. ${status.reason ?? ''}`.trim();
}

function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 100) / 10} s`;
}
