import type { RunContext } from '../../core/ports';
import type { UpsunApi } from './api';
import { carryOut } from './ask';
import type { UpsunConnections } from './connection';
import { isActive, isBusy, readOffering } from './environments';
import { upsunErrors } from './errors';
import { follow } from '../follow';
import type { Environment } from './wire';
import { mayPass } from './words';

/** Milliseconds. */
const PAUSES = { first: 500, longest: 5000 };

/** Key of the answer to the plans’ question whether an inactive environment may be activated. */
export const ACTIVATE = 'activate';

/**
 * The environment, active and free: activated first where the person agreed to that, and waited for where another
 * activity runs on it.
 *
 * @param answers `activate: yes`
 * @throws `upsun.inactive`, `upsun.silent`, what following an activity throws
 */
export async function readyEnvironment(
  upsun: UpsunConnections,
  id: string,
  answers: Readonly<Record<string, string>> | undefined,
  context: RunContext,
): Promise<Environment> {
  const api = await upsun.api();
  const { signal } = context;
  let environment = await readOffering(api, id, signal);
  if (!isActive(environment)) {
    if (answers?.[ACTIVATE] !== 'yes' || environment.status !== 'inactive') {
      throw upsunErrors.inactive({
        message: `Environment ${id} is ${environment.status ?? 'in a state that is not known'}: only active ones can be backed up or restored to.`,
      });
    }
    const href = environment._links['#activate'];
    const own = `${api.environment(id)}/activate`;
    await carryOut(
      upsun,
      {
        what: `the activation of ${id}`,
        purpose: `activate ${id}`,
        method: 'POST',
        path: href === undefined ? own : api.path(href),
        body: {},
        type: 'environment.activate',
        environment: id,
      },
      context,
    );
    environment = await readOffering(api, id, signal);
  }
  return isBusy(environment) ? untilFree(upsun, api, id, context) : environment;
}

/** Waits until nothing runs on it any more: the platform does one such thing at a time. */
async function untilFree(
  upsun: UpsunConnections,
  api: UpsunApi,
  id: string,
  context: RunContext,
): Promise<Environment> {
  const { signal, log } = context;
  log.info(`Another activity runs on ${id}: waiting for its end.`);
  await follow<Environment>({
    look: () => api.readEnvironment(id, signal),
    isOver: (seen) => !isBusy(seen),
    passes: mayPass,
    pauses: PAUSES,
    silence: upsun.silence,
    told: ({ elapsed }) => {
      const phase = `Waiting for what runs on ${id} (${Math.floor(elapsed / 1000)} s)`;
      context.progress({ phase });
    },
    silent: ({ trouble }) =>
      upsunErrors.silent({
        message: `Something has been running on ${id} for ${upsun.silence / 1000} seconds; nothing was asked for.`,
        cause: trouble,
      }),
    cancelled: (error) => error,
    signal,
  });
  return readOffering(api, id, signal);
}
