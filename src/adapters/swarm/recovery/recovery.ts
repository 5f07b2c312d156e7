import type { RunContext } from '../../../core/ports';
import type { Recovery } from '../../../core/recovery';
import { recoveryErrors } from './errors';
import { forceNewCluster, openKey, unlock } from './rebuild';
import { joinOther, removeOld, rotate, waitHealthy } from './regroup';
import { situationOf } from './situation';
import { walkOf } from './steps';
import { surveyEngines } from './survey';
import type { ListedEngines } from './survey';
import { RecoveryRun } from './run';

/** Where the walk back from lost quorum stands. Asks every engine of the entry; changes nothing. */
export async function readRecovery(swarm: ListedEngines, context: RunContext): Promise<Recovery> {
  return walkOf((await surveyEngines(swarm, context)).survey);
}

const ACTIONS: Readonly<Record<string, (run: RecoveryRun) => Promise<void>>> = {
  unlock,
  openKey,
  forceNewCluster,
  removeOld,
  joinOthers: joinOther,
  healthy: waitHealthy,
  rotate,
};

/**
 * Takes one step, if what is seen now allows it, and says where the walk stands afterwards. A step that is done
 * already changes nothing.
 *
 * @param answers to the step's questions; secrets are used and forgotten
 * @throws `recovery.*`, `docker.*`
 */
export async function takeRecoveryStep(
  swarm: ListedEngines,
  id: string,
  answers: Readonly<Record<string, string>>,
  context: RunContext,
): Promise<Recovery> {
  const { survey, engines } = await surveyEngines(swarm, context);
  const walk = walkOf(survey);
  const step = walk.steps.find((s) => s.id === id);
  if (step === undefined) {
    throw recoveryErrors.unknownStep({ message: `The walk has no step "${id}".` });
  }
  // A rebuild asked for where a quorum exists is a mistake worth words; all else that is done is done.
  if (id === 'forceNewCluster' && survey.lead !== undefined) {
    throw recoveryErrors.quorumExists({
      message: `${survey.lead.name} has a quorum, so the swarm is not rebuilt: ${walk.summary}`,
    });
  }
  if (step.state === 'done') return walk;
  if (step.state === 'waiting' || step.state === 'blocked') {
    throw recoveryErrors.notNow({
      message: `"${step.title}" can’t be taken now. ${step.reason ?? walk.summary}`,
    });
  }
  const action = ACTIONS[id];
  if (!step.automatic || action === undefined) {
    throw recoveryErrors.byHand({
      message: `"${step.title}" is taken by hand. ${step.reason ?? ''}`.trim(),
    });
  }
  context.log.info(`Recovery: step ${id}.`);
  await action(new RecoveryRun(situationOf(survey), engines, answers, context));
  context.log.info(`Recovery: step ${id} taken.`);
  return readRecovery(swarm, context);
}
