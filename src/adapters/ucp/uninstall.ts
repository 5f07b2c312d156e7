import { coreErrors, isClusterBackupError } from '../../core/errors';
import type { RunContext } from '../../core/ports';
import { productName } from '../../snapshots/ucp/layout';
import type { NodeEngine } from '../swarm/connections';
import type { UcpConnections } from './connections';
import { ucpErrors } from './errors';
import { isInstalled, joinInstalled, lookInstalled } from './installed';
import { isAtLeast } from './productImages';
import { runProduct } from './productRun';
import { versionOf } from './versions';

/** What the product prints when its own wait of about two minutes is over (Mirantis/launchpad, uninstall_mke.go). */
const TOOK_TOO_LONG = /uninstalling (ucp|mke) took too long/i;

export interface Uninstallation {
  target: NodeEngine;
  /** Engines of the swarm's nodes that answer: they are looked at afterwards. */
  members: readonly NodeEngine[];
  /** Version whose image uninstalls. */
  version: string;
  /** Id of the instance: the swarm's. */
  instance: string;
}

/**
 * Removes the product from the whole swarm with its own `uninstall-ucp`. Asked for and confirmed before.
 *
 * @throws `ucp.uninstallTimeout` when it is not done within `timeouts.uninstall` or gives up by itself;
 *   `ucp.uninstallFailed`; `core.cancelled`, which says that parts may be left; `ucp.imageMissing`, `ucp.busy`, `docker.*`
 */
export async function uninstallProduct(
  ucp: UcpConnections,
  { target, members, version, instance }: Uninstallation,
  context: RunContext,
): Promise<void> {
  const { image, timeouts } = ucp.connection;
  const name = `${productName(version)} ${version}`;
  const limit = AbortSignal.timeout(timeouts.uninstall * 1000);
  const signal = AbortSignal.any([context.signal, limit]);
  context.log.info(`Uninstalling ${name} from the swarm of ${target.node}.`);
  context.progress({ phase: `Uninstalling ${name}` });
  try {
    const { stdout, done } = await runProduct(
      ucp,
      target,
      {
        version: versionOf(version, image),
        command: 'uninstall-ucp',
        args: ['--jsonlog', '--id', instance],
        // docs.mirantis.com/mke/3.8/cli-ref/mke-cli-uninstall.html
        ...(isAtLeast(version, 3, 3) ? { binds: ['/var/log:/var/log'] } : {}),
        secrets: [],
        purpose: `uninstall ${name}`,
        // Its own limit is the one that counts.
        silence: timeouts.uninstall + 60,
      },
      { ...context, signal },
    );
    stdout.resume();
    const { log } = await done;
    if (log.some(({ message }) => TOOK_TOO_LONG.test(message))) throw tookTooLong(name);
  } catch (error) {
    if (context.signal.aborted) throw cancelled(name, error);
    if (limit.aborted) {
      throw ucpErrors.uninstallTimeout({
        message: `${name} was not uninstalled within ${timeouts.uninstall} seconds; parts of it may still be there.`,
        cause: error,
      });
    }
    if (isClusterBackupError(error) && TOOK_TOO_LONG.test(error.message)) throw tookTooLong(name);
    if (isClusterBackupError(error) && error.code === 'ucp.failed') {
      throw ucpErrors.uninstallFailed({ message: error.message, cause: error });
    }
    throw error;
  }
  const left = joinInstalled(
    await Promise.all(members.map(({ engine }) => lookInstalled(engine, context))),
  );
  if (isInstalled(left)) {
    throw ucpErrors.uninstallFailed({
      message: `${name} was uninstalled, and ${left.containers.join(', ')} are still there.`,
      next: 'Remove these containers by hand, then plan and restore again; nothing has been restored yet.',
    });
  }
  context.log.info(`${name} is uninstalled.`);
}

function tookTooLong(name: string) {
  return ucpErrors.uninstallTimeout({
    message: `${name} says that uninstalling it took too long; parts of it may still be there.`,
  });
}

function cancelled(name: string, cause: unknown) {
  return coreErrors.cancelled({
    message: `Cancelled while ${name} was uninstalled: parts of it may still be there, and nothing has been restored.`,
    next: 'On a manager, remove the service ucp-uninstall-agent if docker service ls shows it. Then plan the restore again: it says what is there now and offers to uninstall it.',
    cause,
  });
}
