import { isClusterBackupError } from '../../core/errors';
import type { RestoreCheck, RunContext, SnapshotReport } from '../../core/ports';
import { pauseFor } from '../retry';
import { consulErrors } from './errors';
import type { ConsulClient } from './http';
import { countAll, readTokenView, requireKnownToken } from './inventory';
import type { Counts } from './inventory';
import { readStatus } from './status';
import type { ConsulStatus } from './status';

/** Milliseconds: until the cluster leads itself again, and until its lists hold what they should. */
const READY = 120_000;
const SETTLE = 5000;
const PAUSE = 1000;

/**
 * Kinds to compare. Not nodes, checks and sessions: Consul itself sets those right at once where a server or an agent
 * of the backup is not there.
 */
const COMPARED = ['KVS', 'Service', 'ServiceName', 'PreparedQuery', 'ACLToken', 'ACLPolicy'];

/** What passes by itself after a restore. */
const PASSING = new Set([
  'http.unreachable',
  'http.reset',
  'http.cut',
  'http.timeout',
  'consul.noLeader',
  'consul.serverError',
]);

/**
 * Waits until the cluster leads itself again, then compares what it holds with what the snapshot held.
 *
 * @throws `consul.noLeader` or what else it failed with when it is not back within two minutes;
 *   `consul.tokenUnknown` when the restore took the token away
 */
export async function compareRestored(
  client: ConsulClient,
  content: SnapshotReport,
  context: RunContext,
): Promise<RestoreCheck[]> {
  const status = await untilReady(client, context);
  requireKnownToken(await readTokenView(client, context.signal), client);
  context.progress({ phase: 'Counting what the cluster holds' });
  for (let waited = 0; ; waited += PAUSE) {
    const counts = await countAll(client, status, context.signal);
    const checks = toChecks(content, counts);
    if (checks.every(holds) || waited >= SETTLE) return checks;
    await pauseFor(PAUSE, context.signal);
  }
}

/** Compares by name; what was written to since the restore can't be compared any more. */
export function toChecks(content: SnapshotReport, counts: Counts): RestoreCheck[] {
  const taken = content.identity.index;
  return COMPARED.flatMap((name) => {
    const expected = content.counts[name] ?? 0;
    const now = counts[name];
    if (expected === 0 && now === undefined) return [];
    if (now === undefined) return [{ name, expected, found: undefined }];
    // Restoring keeps the indexes of the backup, so a later one is a write of somebody since: an application's, or the
    // leader's own (e.g. the token of its configuration).
    const written = taken !== undefined && now.index !== undefined && now.index > taken;
    return [{ name, expected, found: written && now.count !== expected ? undefined : now.count }];
  });
}

function holds(check: RestoreCheck): boolean {
  return check.found === undefined || check.found === check.expected;
}

async function untilReady(client: ConsulClient, context: RunContext): Promise<ConsulStatus> {
  const began = performance.now();
  context.progress({ phase: 'Waiting for the cluster to lead itself again' });
  for (;;) {
    let failure: unknown;
    try {
      const status = await readStatus(client, context.signal);
      if (status.health !== 'noLeader') return status;
      failure = consulErrors.noLeader({
        message: `${client.target.where} took the snapshot and has had no leader for two minutes since.`,
        next: 'Look at the logs of the Consul servers.',
      });
    } catch (error) {
      if (!isClusterBackupError(error) || !PASSING.has(error.code)) throw error;
      failure = error;
    }
    if (performance.now() - began > READY) throw failure;
    await pauseFor(PAUSE, context.signal);
  }
}
