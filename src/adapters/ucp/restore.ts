import type { Readable } from 'node:stream';
import { coreErrors, isClusterBackupError } from '../../core/errors';
import type { RunContext, WholeRequest } from '../../core/ports';
import type { NodeEngine } from '../swarm/connections';
import { infoSchema } from '../swarm/wire';
import type { UcpConnections } from './connections';
import { ucpErrors } from './errors';
import { lookInstalled } from './installed';
import type { Installed } from './installed';
import type { ProductImage } from './productImages';
import { runProduct } from './productRun';
import { hostAddress, namesOf, unlockKeyOf } from './restoreAnswers';
import type { RestoreFacts } from './restoreFacts';
import { decideImage } from './restoreImage';
import { planLines } from './restoreLines';
import { readRestoreFacts } from './restorePlan';
import { uninstallProduct } from './uninstall';
import { isUninstallChosen, uninstallVersion } from './uninstallLines';
import { versionOf } from './versions';

const NEXT_AFTER_SILENCE =
  'Look at the log of the engine, or allow a longer silence in `timeouts.silence`; then plan the restore again.';

/** Milliseconds for a look at what a restore that failed has left. */
const LOOK = 60_000;

/**
 * Restores UCP or MKE: uninstalls what is there where that was answered, then streams the archive into the product's
 * `restore`. Runs once and is never repeated by itself.
 *
 * @throws `ucp.restoreRefused`: nothing was restored; `ucp.restoreFailed`: it failed half-way, and the message says what
 *   is there; what made the stream fail; `ucp.uninstallTimeout`, `ucp.uninstallFailed`; `ucp.busy`, `docker.*`
 */
export async function sendRestore(
  ucp: UcpConnections,
  request: WholeRequest & { stream: Readable; size: number | undefined },
  context: RunContext,
): Promise<void> {
  const { stream } = request;
  let source: Error | undefined;
  stream.once('error', (error) => (source = error));
  const { facts, target, members } = await readRestoreFacts(ucp, request, context);
  const { image, force } = decideImage(facts);
  const blocker = planLines(facts).find(({ severity }) => severity === 'blocker');
  if (image === undefined || blocker !== undefined) {
    throw ucpErrors.restoreRefused({
      message: `The restore can't begin: ${blocker?.title ?? 'no image restores this backup'}.`,
    });
  }
  const first = uninstallVersion(facts);
  const uninstalls = isUninstallChosen(facts);
  if (uninstalls && first !== undefined && facts.swarm.state === 'manager') {
    const { id } = facts.swarm;
    await uninstallProduct(ucp, { target, members, version: first, instance: id }, context);
  }
  const before: Before = {
    target,
    installed: uninstalls ? await lookInstalled(target.engine, context) : facts.installed,
    inSwarm: facts.swarm.state === 'manager',
    uninstalled: uninstalls,
  };
  const unlockKey = facts.swarm.state === 'manager' && facts.swarm.autolock;
  const key = unlockKey ? unlockKeyOf(request.payloads) : undefined;
  context.log.info(`Restoring with ${image.reference} on ${target.node}.`);
  try {
    const { stdout, done } = await runProduct(
      ucp,
      target,
      {
        version: versionOf(image.version, ucp.connection.image),
        command: 'restore',
        args: restoreArguments(facts, { force, unlockKey: key }),
        stdin: stream,
        secrets: key === undefined ? [] : [key],
        purpose: 'restore the backup',
      },
      context,
    );
    stdout.resume();
    await done;
  } catch (error) {
    throw await explained(source ?? error, before, image, context);
  }
}

/** Options of the product's `restore` (docker/docs reference/ucp/3.2/cli/restore.md and older). */
export function restoreArguments(
  facts: Pick<RestoreFacts, 'answers' | 'swarm'>,
  { force, unlockKey }: { force: boolean; unlockKey: string | undefined },
): string[] {
  const address = facts.swarm.state === 'none' ? hostAddress(facts) : undefined;
  return [
    '--jsonlog',
    ...(address === undefined ? [] : ['--host-address', address]),
    ...namesOf(facts.answers['san']).flatMap((name) => ['--san', name]),
    ...(unlockKey === undefined ? [] : ['--unlock-key', unlockKey]),
    ...(force ? ['--force'] : []),
  ];
}

/** How it was before the product was started. */
interface Before {
  target: NodeEngine;
  installed: Installed;
  inSwarm: boolean;
  uninstalled: boolean;
}

/** What a failure means, told by what is there now. */
async function explained(
  error: unknown,
  before: Before,
  image: ProductImage,
  { signal }: RunContext,
): Promise<unknown> {
  const cancelled = signal.aborted;
  const why = error instanceof Error ? error.message : String(error);
  const left = await whatIsLeft(before);
  const uninstalled = before.uninstalled ? ' What was installed before is uninstalled.' : '';
  if (left === '') {
    const code = isClusterBackupError(error) ? error.code : '';
    const isSilent = code === 'ucp.silent';
    const isProduct = isSilent || code === 'ucp.failed';
    if (cancelled) {
      return coreErrors.cancelled({ message: `Cancelled; nothing was restored.${uninstalled}` });
    }
    if (!isProduct && !before.uninstalled) return error;
    return ucpErrors.restoreRefused({
      message: `${image.reference} did not restore the backup: ${why} Nothing of it was restored.${uninstalled}`,
      ...(isSilent ? { next: NEXT_AFTER_SILENCE } : {}),
      cause: error,
    });
  }
  if (cancelled) {
    return coreErrors.cancelled({
      message: `Cancelled while ${image.reference} restored: ${left}.${uninstalled}`,
      next: 'Plan the restore again: it says what is there now and offers to uninstall it first.',
    });
  }
  return ucpErrors.restoreFailed({
    message: `${image.reference} failed while it restored: ${why} Left by it: ${left}.${uninstalled}`,
    cause: error,
  });
}

/** What is there now and was not before; empty where that is nothing. */
async function whatIsLeft({ target, installed, inSwarm }: Before): Promise<string> {
  const signal = AbortSignal.timeout(LOOK);
  try {
    const now = await lookInstalled(target.engine, { signal });
    const fresh = (kind: 'containers' | 'volumes') =>
      now[kind].filter((name) => !installed[kind].includes(name)).length;
    const ask = { purpose: 'say whether it is in a swarm', signal };
    const { Swarm } = await target.engine.json('/info', ask, infoSchema);
    const joined = !inSwarm && Swarm?.LocalNodeState === 'active';
    const counted = (count: number, noun: string) =>
      count === 0 ? [] : [`${count} ${noun}${count === 1 ? '' : 's'} of the product`];
    return [
      ...counted(fresh('containers'), 'container'),
      ...counted(fresh('volumes'), 'volume'),
      ...(joined ? [`a new swarm on ${target.node}`] : []),
    ].join(', ');
  } catch {
    return `what it left on ${target.node} could not be seen`;
  }
}
