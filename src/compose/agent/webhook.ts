import { Readable } from 'node:stream';
import { HttpClient, HttpStatusError } from '../../adapters/http';
import { agentErrors } from '../../core/agent/agentErrors';
import type { AgentEvent } from '../../core/agent/ports';
import { isClusterBackupError, throwIfCancelled } from '../../core/errors';
import { VERSION } from '../../core/version';

/** What a webhook gets. Part of the documented interface (docs/agent.md). */
export function webhookBody(event: AgentEvent): string {
  const { kind, cluster, at, text, schedule, backupId, error } = event;
  return JSON.stringify({
    event: kind,
    cluster,
    at,
    text,
    ...(schedule === undefined ? {} : { schedule }),
    ...(backupId === undefined ? {} : { backupId }),
    ...(error === undefined
      ? {}
      : { error: { code: error.code, message: error.message, next: error.next } }),
    version: VERSION,
  });
}

/** What to do about a failure of TLS; there is no `caFile` for a webhook. */
const TRUST =
  'Use a certificate that this machine trusts; NODE_EXTRA_CA_CERTS=FILE in the environment adds a CA.';

/**
 * Tells an address what happened, once. Any status of 2xx is good; redirects are not followed. Messages name the origin
 * of the address and no more: the rest may be a secret.
 *
 * @param timeout milliseconds for all of it
 * @throws `agent.webhookFailed`, `agent.hookTimeout`, `core.cancelled`
 */
export async function callWebhook(
  address: string,
  event: AgentEvent,
  timeout: number,
  signal: AbortSignal,
): Promise<void> {
  const url = parsed(address);
  const where = `The webhook at ${url.origin}`;
  const limit = AbortSignal.timeout(timeout);
  const client = new HttpClient({
    origin: url.origin,
    pathPrefix: '',
    headers: { 'user-agent': `cluster-backup/${VERSION}`, ...credentials(url) },
    timeouts: { connect: timeout, headers: timeout, idle: timeout },
    connections: 1,
    where,
  });
  try {
    const body = Buffer.from(webhookBody(event));
    await client.put({
      method: 'POST',
      path: url.pathname + url.search,
      body: Readable.from([body]),
      size: body.length,
      contentType: 'application/json',
      signal: AbortSignal.any([signal, limit]),
    });
  } catch (error) {
    throwIfCancelled(signal);
    if (limit.aborted) {
      const message = `${where} did not answer within ${timeout / 1000} seconds.`;
      throw agentErrors.hookTimeout({ message });
    }
    throw failed(where, error);
  } finally {
    await client.close();
  }
}

function parsed(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol)) return url;
  // The cause would show it.
  throw agentErrors.webhookFailed({
    message: 'The address of a webhook is none that begins with https:// or http://.',
    next: 'Correct the secret that holds it.',
  });
}

function credentials({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  const pair = `${decoded(username)}:${decoded(password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

/** A `%` that begins no escape stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function failed(where: string, error: unknown) {
  if (error instanceof HttpStatusError) {
    // What it answers may repeat what it was asked.
    return agentErrors.webhookFailed({ message: `${where} answered with status ${error.status}.` });
  }
  const known = isClusterBackupError(error) ? error : undefined;
  const isTrust = known?.code.startsWith('http.tls') === true;
  return agentErrors.webhookFailed({
    message: known?.message ?? `${where} could not be told.`,
    ...(isTrust ? { next: TRUST } : {}),
  });
}
