import { ClusterBackupError, isCancellation, isClusterBackupError } from '../../core/errors';
import type { HostedBackup } from '../../core/model';
import type { RunContext } from '../../core/ports';
import type { DcosApi } from './api';
import { dcosErrors } from './errors';
import {
  atWork,
  causeOf,
  hostedBackup,
  labelOf,
  newestFirst,
  stateOf,
  wordsOf,
} from './hostedBackup';
import { followBackup, goesOn, saysNo } from './hostedFollow';
import type { Deed } from './hostedFollow';
import { errorOf, findTaken } from './hostedLost';
import { doing } from './planLines';
import type { WireBackup } from './wire';

/**
 * Has the service make a backup, and follows it to its end. Asked for once.
 *
 * @param label the service needs one; made from the time when left out
 * @param silence milliseconds for which nothing may change, nor be heard
 * @throws `dcos.busy`, `dcos.backupFailed` with the service's own reason, `dcos.silent`, `dcos.vanished`, `dcos.*`,
 *   `http.*`
 */
export async function createHosted(
  api: DcosApi,
  label: string | undefined,
  silence: number,
  context: RunContext,
): Promise<HostedBackup> {
  const { signal } = context;
  context.progress({ phase: 'Asking DC/OS for its backups' });
  const before = await api.list(signal);
  refuseBusy(api, before);
  const named = label === undefined || label === '' ? labelOfNow(context.clock.now()) : label;
  const deed: Deed = { api, silence, context, what: `the backup ${named}` };
  context.progress({ phase: `DC/OS begins ${deed.what}` });
  const id = await begin(deed, named, before);
  const done = await followBackup(deed, id, ({ status }) =>
    ['ready', 'failed'].includes(stateOf(status)),
  );
  const failed = done.components.find(({ status }) => stateOf(status) === 'failed');
  if (stateOf(done.status) === 'failed' || failed !== undefined) {
    throw dcosErrors.backupFailed({
      message: `The backup ${id} failed, says ${api.where}: ${causeOf(done) ?? `${wordsOf(done)}, and no reason`}.`,
    });
  }
  return hostedBackup(done);
}

/** The service makes and restores one at a time. @throws `dcos.busy` */
export function refuseBusy(api: DcosApi, list: readonly WireBackup[], cause?: unknown): void {
  const busy = atWork(list);
  if (busy === undefined) return;
  throw dcosErrors.busy({
    message: `${api.where} is ${doing(busy)} ${busy.id}, and Marathon would restart in the middle of it.`,
    cause,
  });
}

/** `cb-20261122T101500Z`: 3 to 25 characters. */
export function labelOfNow(now: Date): string {
  return `cb-${now.toISOString().replace(/[-:]|\.\d+/g, '')}`;
}

/** Sends the request. Where no answer comes, the list tells whether it was taken. */
async function begin(deed: Deed, label: string, before: readonly WireBackup[]): Promise<string> {
  const { api, context } = deed;
  const { signal } = context;
  let lost: Error;
  try {
    const answer = await api.create(label, signal);
    if (answer !== undefined) return answer.id;
    lost = dcosErrors.notDcos({
      message: `${api.where} took the request for ${deed.what} and does not tell its id.`,
    });
  } catch (error) {
    if (isCancellation(error)) throw goesOn(deed.what, error);
    if (saysNo(error)) throw error;
    lost = errorOf(error);
  }
  const known = new Set(before.map(({ id }) => id));
  const find = async () => {
    const list = await api.list(signal, label);
    return newestFirst(list).find(({ id }) => labelOf(id) === label && !known.has(id));
  };
  const taken = await findTaken(deed, find, lost);
  if (taken !== undefined) return taken.id;
  if (!isClusterBackupError(lost)) throw lost;
  throw new ClusterBackupError(
    {
      code: lost.code,
      category: lost.category,
      message: `${lost.message} No backup of the label ${label} is listed: it does not seem to have begun.`,
      next: `List the backups again before another is made. ${lost.next}`,
    },
    { cause: lost },
  );
}
