import { isCancellation } from '../../core/errors';
import type { PlanLine } from '../../core/plan';
import type { HostedRemovePlan, RunContext } from '../../core/ports';
import { follow } from '../follow';
import type { DcosApi } from './api';
import { dcosErrors } from './errors';
import { hostedBackup, isAtWork, stateOf } from './hostedBackup';
import { goesOn, passes, pausesFor, saysNo, spanOf } from './hostedFollow';
import { errorOf } from './hostedLost';
import { chosen } from './hostedRestore';
import { doing } from './planLines';

/** What has to be known before a backup is deleted. @throws `dcos.unknownBackup`, `dcos.*`, `http.*` */
export async function planHostedRemove(
  api: DcosApi,
  id: string,
  context: RunContext,
): Promise<HostedRemovePlan> {
  const list = await api.list(context.signal);
  const backup = chosen(api, list, id);
  const items: PlanLine[] = [];
  if (isAtWork(backup)) {
    items.push({
      severity: 'blocker',
      code: 'dcos.notFinished',
      title: `The service is ${doing(backup)}`,
      detail: 'Wait until it is done, then delete it.',
    });
  }
  const ready = list.filter(({ status }) => stateOf(status) === 'ready');
  if (ready.length === 1 && ready[0]?.id === id) {
    items.push({
      severity: 'warning',
      code: 'dcos.lastBackup',
      title: 'It is the last backup that could be restored',
      detail: 'After this DC/OS keeps none that is ready.',
      destructive: true,
    });
  }
  return { backup: hostedBackup(backup), items };
}

/** Answers that still list it, after a deletion whose own answer was lost. */
const LOOKS = 3;

/**
 * Has the service delete a backup, once, and looks until it is gone.
 *
 * @param silence milliseconds for which it may stay listed
 * @throws `dcos.unknownBackup`, `dcos.removeUnconfirmed`, `dcos.*`, `http.*`
 */
export async function removeHosted(
  api: DcosApi,
  id: string,
  silence: number,
  context: RunContext,
): Promise<void> {
  const { signal } = context;
  chosen(api, await api.list(signal, id), id);
  context.progress({ phase: `DC/OS deletes ${id}` });
  const what = `the deletion of ${id}`;
  let lost: Error | undefined;
  try {
    await api.remove(id, signal);
  } catch (error) {
    if (isCancellation(error)) throw goesOn(what, error);
    if (saysNo(error)) throw error;
    lost = errorOf(error);
    context.log.warn(`Whether ${id} was deleted is looked up: ${lost.message}`);
  }
  let looks = 0;
  const unconfirmed = (cause: unknown) =>
    dcosErrors.removeUnconfirmed({
      message: `${api.where} was to delete ${id}; whether it did is not known${cause instanceof Error ? `: ${cause.message}` : ': it is still listed.'}`,
      cause,
    });
  const seen = await follow({
    look: async () => {
      const backup = await api.one(id, signal).catch((error: unknown) => {
        throw isCancellation(error) || passes(error) ? error : unconfirmed(error);
      });
      looks += 1;
      return { gone: backup === undefined, status: backup?.status };
    },
    isOver: ({ gone }) => gone || (lost !== undefined && looks >= LOOKS),
    passes,
    pauses: pausesFor(silence),
    silence,
    told: ({ elapsed }) => context.progress({ phase: `DC/OS deletes ${id} (${spanOf(elapsed)})` }),
    silent: ({ trouble }) => unconfirmed(trouble ?? lost),
    cancelled: (error) => goesOn(what, error),
    signal,
  });
  if (!seen.gone) throw unconfirmed(lost);
}
