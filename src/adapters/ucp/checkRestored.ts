import type { RestoreCheck, RunContext, WholeRequest } from '../../core/ports';
import { pauseFor } from '../retry';
import type { UcpConnections } from './connections';
import { ucpErrors } from './errors';
import { controllerPort, managersHealth } from './healthyManagers';
import type { ManagersHealth } from './healthyManagers';
import { pingWords } from './ping';
import { reachManagers } from './reachManagers';
import { authorities } from './trust';

/** Milliseconds between two looks. */
const PAUSE = 2000;

/**
 * Waits after a restore until every manager that has the product on it is healthy.
 *
 * @throws `ucp.notHealthy` when they are not within `timeouts.healthy`
 */
export async function checkRestored(
  ucp: UcpConnections,
  { content }: Pick<WholeRequest, 'content'>,
  context: RunContext,
): Promise<RestoreCheck[]> {
  const { expected, left } = await untilHealthy(ucp, context, content.facts);
  return [
    { name: 'Healthy managers', expected: expected.length, found: expected.length },
    ...left.map(({ name, why }) => ({
      name: `Manager ${name}: ${why}`,
      expected: 0,
      found: undefined,
    })),
  ];
}

/**
 * Asks the managers until all that are expected are healthy.
 *
 * @param facts `SnapshotReport.facts` of what was restored, where that is known
 */
export async function untilHealthy(
  ucp: UcpConnections,
  context: RunContext,
  facts?: Readonly<Record<string, unknown>>,
): Promise<ManagersHealth> {
  const { apiCaFile, apiAddress, timeouts } = ucp.connection;
  const end = performance.now() + timeouts.healthy * 1000;
  const port = controllerPort(apiAddress);
  for (;;) {
    // Asked anew each time: a restore may have made the swarm, and engines answer with errors meanwhile.
    const health = await look();
    if ('expected' in health) {
      const { expected } = health;
      const done = expected.filter(({ answer }) => answer.state === 'healthy').length;
      context.progress({
        phase: 'Waiting for healthy managers',
        done,
        total: expected.length,
        unit: 'records',
      });
      if (expected.length > 0 && done === expected.length) return health;
    }
    if (performance.now() > end) throw notHealthy(health, timeouts.healthy);
    await pauseFor(PAUSE, context.signal);
  }

  async function look(): Promise<ManagersHealth | { failure: unknown }> {
    try {
      const { target, members } = await reachManagers(ucp, context);
      const ca = await authorities({ apiCaFile, members, ...(facts && { facts }) }, context);
      return await managersHealth({ target, members, port }, ca, context);
    } catch (failure) {
      context.signal.throwIfAborted();
      return { failure };
    }
  }
}

function notHealthy(health: ManagersHealth | { failure: unknown }, seconds: number) {
  if ('failure' in health) {
    const why = health.failure instanceof Error ? ` ${health.failure.message}` : '';
    return ucpErrors.notHealthy({
      message: `Whether the managers are healthy could not be seen within ${seconds} seconds.${why}`,
      cause: health.failure,
    });
  }
  const ill = health.expected.filter(({ answer }) => answer.state !== 'healthy');
  if (ill.length === 0) {
    return ucpErrors.notHealthy({
      message: `No manager had a controller within ${seconds} seconds.`,
    });
  }
  const told = ill.map(({ name, address, answer }) => `${name} (${address}) ${pingWords(answer)}`);
  const untrusted = ill.every(({ answer }) => answer.state === 'untrusted');
  return ucpErrors.notHealthy({
    message: `Not every manager was healthy within ${seconds} seconds: ${told.join('; ')}.`,
    ...(untrusted
      ? {
          next: 'Name the file of the authority that signed the controllers’ certificate in `apiCaFile`, and look at /_ping yourself: the restore itself is done.',
        }
      : {}),
  });
}
