import type { RunContext } from '../../core/ports';
import type { Recovery } from '../../core/recovery';
import { recoveryErrors } from '../swarm/recovery/errors';
import { readRecovery, takeRecoveryStep } from '../swarm/recovery/recovery';
import { untilHealthy } from './checkRestored';
import type { UcpConnections } from './connections';
import { versionParts } from './productImages';
import { seeProduct } from './recoverySeen';
import { joinSteps } from './recoverySteps';
import { uninstallProduct } from './uninstall';

const OWN = 'ucp';

/**
 * Where the walk back from lost quorum stands: the swarm's, with the product's steps in their places. Asks every engine
 * of the entry; changes nothing.
 */
export async function readUcpRecovery(ucp: UcpConnections, context: RunContext): Promise<Recovery> {
  const swarm = await readRecovery(ucp.engines, context);
  if (swarm.state === 'lost') return joinSteps(swarm, undefined);
  const { seen } = await seeProduct(ucp, context);
  return joinSteps(swarm, seen);
}

/**
 * Takes one step, if what is seen now allows it, and says where the walk stands afterwards.
 *
 * @throws `recovery.*`, `ucp.*`, `docker.*`
 */
export async function takeUcpRecoveryStep(
  ucp: UcpConnections,
  id: string,
  answers: Readonly<Record<string, string>>,
  context: RunContext,
): Promise<Recovery> {
  if (!id.startsWith(OWN)) {
    await takeRecoveryStep(ucp.engines, id, answers, context);
    return readUcpRecovery(ucp, context);
  }
  const walk = await readUcpRecovery(ucp, context);
  const step = walk.steps.find((one) => one.id === id);
  if (step === undefined) {
    throw recoveryErrors.unknownStep({ message: `The walk has no step "${id}".` });
  }
  if (step.state === 'done') return walk;
  if (step.state === 'waiting' || step.state === 'blocked') {
    throw recoveryErrors.notNow({
      message: `"${step.title}" can’t be taken now. ${step.reason ?? walk.summary}`,
    });
  }
  context.log.info(`Recovery: step ${id}.`);
  if (id === 'ucpUninstall') await uninstall(ucp, answers, context);
  else if (id === 'ucpHealthy') await untilHealthy(ucp, context);
  else {
    throw recoveryErrors.byHand({
      message: `"${step.title}" is taken by a command of its own, or by hand.`,
    });
  }
  context.log.info(`Recovery: step ${id} taken.`);
  return readUcpRecovery(ucp, context);
}

async function uninstall(
  ucp: UcpConnections,
  answers: Readonly<Record<string, string>>,
  context: RunContext,
): Promise<void> {
  const { seen, target, members } = await seeProduct(ucp, context);
  const version = seen.installed.version ?? answers['version']?.trim() ?? '';
  if (versionParts(version) === undefined) {
    throw recoveryErrors.badAnswer({ message: 'Say which version was installed, e.g. 3.2.6.' });
  }
  const { instance } = seen;
  await uninstallProduct(ucp, { target, members, version, instance }, context);
}
