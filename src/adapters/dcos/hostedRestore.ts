import { isCancellation } from '../../core/errors';
import type { HostedBackup } from '../../core/model';
import type { PlanLine } from '../../core/plan';
import type { HostedRestoreLines, HostedRestoreRequest, RunContext } from '../../core/ports';
import type { DcosApi } from './api';
import { dcosErrors } from './errors';
import { causeOf, hostedBackup, restoresOf, stateOf, wordsOf } from './hostedBackup';
import { refuseBusy } from './hostedCreate';
import { followBackup, goesOn, saysNo, secondsOf } from './hostedFollow';
import type { Deed } from './hostedFollow';
import { errorOf, findTaken } from './hostedLost';
import { busyLines, COVERS, deploymentLines, MARATHON_RESTARTS } from './planLines';
import { releaseOf } from './status';
import type { WireBackup } from './wire';

/**
 * What a restore would do, asked of DC/OS and changing nothing.
 *
 * @throws `dcos.unknownBackup`, `dcos.*`, `http.*`
 */
export async function planHostedRestore(
  api: DcosApi,
  { ref }: Pick<HostedRestoreRequest, 'ref'>,
  context: RunContext,
): Promise<HostedRestoreLines> {
  context.progress({ phase: 'Asking DC/OS for its backups' });
  const [list, release, deploying] = await Promise.all([
    api.list(context.signal),
    releaseOf(api, context),
    deploymentLines(api, context),
  ]);
  const backup = chosen(api, list, ref.id);
  const told = hostedBackup(backup);
  return {
    backup: told,
    items: [
      ...notReadyLines(told),
      ...busyLines(list, told.restore === true ? undefined : told.id),
      ...versionLines(backup.version, release.version),
      MARATHON_RESTARTS,
      killedLine(told),
      ...deploying,
      NO_HISTORY,
      COVERS,
    ],
    safety: { mode: 'service', label: 'before-restore' },
  };
}

/**
 * Has the service restore a backup, and follows that to its end. Asked for once.
 *
 * @param silence milliseconds for which nothing may change, nor be heard
 * @throws `dcos.notRestorable`, `dcos.busy`, `dcos.restoreFailed` with the service's own reason,
 *   `dcos.restoreUnconfirmed`, `dcos.silent`, `dcos.vanished`, `dcos.*`, `http.*`
 */
export async function restoreHosted(
  api: DcosApi,
  id: string,
  silence: number,
  context: RunContext,
): Promise<HostedBackup> {
  const { signal } = context;
  const deed: Deed = { api, silence, context, what: `the restore of ${id}` };
  // A safety backup may have restarted Marathon just now: it is waited for until DC/OS answers.
  const seen: Deed = { ...deed, what: `the backup ${id}`, onlySeen: true };
  const before = await followBackup(seen, id, () => true);
  const { restore } = hostedBackup(before);
  if (restore !== true) {
    throw dcosErrors.notRestorable({
      message: `${id} can't be restored from: ${String(restore)} Nothing was begun.`,
    });
  }
  refuseBusy(api, await api.list(signal));
  context.progress({ phase: `DC/OS begins ${deed.what}` });
  const watch = new RestoreWatch(before);
  await begin(deed, id, watch);
  const done = await followBackup(
    deed,
    id,
    (backup) => watch.look(backup) !== undefined,
    (last) => (watch.begun ? undefined : unconfirmed(deed, last)),
  );
  if (watch.look(done) === 'failed') {
    const [newest] = done.restores.length > 0 ? restoresOf(done) : [];
    const cause = newest?.error ?? causeOf(done) ?? `${wordsOf(done)}, and no reason`;
    throw dcosErrors.restoreFailed({
      message: `The restore of ${id} failed, says ${api.where}: ${cause}.`,
    });
  }
  return hostedBackup(done);
}

/**
 * Tells from a backup's looks what became of a restore: by the newest of its `restores` where a new one comes, else by
 * its own status. The backup itself may stay STATUS_READY all the time.
 */
export class RestoreWatch {
  readonly #before: string;
  #ownBegun = false;
  #newBegun = false;

  constructor(before: WireBackup) {
    this.#before = JSON.stringify(restoresOf(before)[0]);
  }

  /** Whether anything shows that it was begun. */
  get begun(): boolean {
    return this.#ownBegun || this.#newBegun;
  }

  /** What became of it; undefined while that is open. */
  look(backup: WireBackup): 'ready' | 'failed' | undefined {
    const [newest] = restoresOf(backup);
    const own = stateOf(backup.status);
    // It was ready before, so it is this restore that it tells of.
    if (own !== 'ready' && own !== 'unknown') this.#ownBegun = true;
    if (newest !== undefined && JSON.stringify(newest) !== this.#before) this.#newBegun = true;
    if (own === 'failed') return 'failed';
    if (own === 'restoring' || own === 'inProgress') return undefined;
    const state = this.#newBegun ? newest?.state : this.#ownBegun ? own : undefined;
    return state === 'ready' || state === 'failed' ? state : undefined;
  }
}

/** Sends the request. Where no answer comes, the list tells whether it was taken. */
async function begin(deed: Deed, id: string, watch: RestoreWatch): Promise<void> {
  const { api, context } = deed;
  let lost: Error;
  try {
    const answer = await api.restore(id, context.signal);
    if (answer?.id === id) watch.look(answer);
    return;
  } catch (error) {
    if (isCancellation(error)) throw goesOn(deed.what, error);
    if (saysNo(error)) throw error;
    lost = errorOf(error);
  }
  const find = async () => {
    const backup = await api.one(id, context.signal);
    if (backup !== undefined) watch.look(backup);
    return watch.begun ? backup : undefined;
  };
  if ((await findTaken(deed, find, lost)) !== undefined) return;
  throw dcosErrors.restoreUnconfirmed({
    message: `Whether ${deed.what} was begun is not known: ${lost.message} Nothing of it is to be seen at ${api.where}.`,
    cause: lost,
  });
}

function unconfirmed({ api, silence, what }: Deed, last: WireBackup | undefined): Error {
  return dcosErrors.restoreUnconfirmed({
    message: `${api.where} took the request for ${what}, and in ${secondsOf(silence)} told nothing of it: the backup is ${last === undefined ? 'not listed' : wordsOf(last)} as before, and no restore is listed with it.`,
  });
}

/** @throws `dcos.unknownBackup` */
export function chosen(api: DcosApi, list: readonly WireBackup[], id: string): WireBackup {
  const backup = list.find((one) => one.id === id);
  if (backup !== undefined) return backup;
  throw dcosErrors.unknownBackup({ message: `${api.where} lists no backup ${id}.` });
}

function notReadyLines({ restore, stateText }: HostedBackup): PlanLine[] {
  if (restore === true || restore === undefined) return [];
  return [
    {
      severity: 'blocker',
      code: 'dcos.notReady',
      title: `The backup is not ready (${stateText})`,
      detail: restore,
    },
  ];
}

/** The documentation has no rule; releases of another number are not said to understand each other's. */
export function versionLines(backup: string, cluster: string | undefined): PlanLine[] {
  if (backup === '' || cluster === undefined || isSameRelease(backup, cluster)) return [];
  return [
    {
      severity: 'warning',
      code: 'dcos.version',
      title: `The backup was made by DC/OS ${backup}, and this is ${cluster}`,
      detail:
        'The documentation does not say whether one version restores what another has backed up.',
    },
  ];
}

/** A backup may tell less digits than the cluster: 1.10 and 1.10.4 are one release. */
function isSameRelease(one: string, other: string): boolean {
  const [a, b] = [one.split('.'), other.split('.')];
  const length = Math.min(a.length, b.length);
  return a.slice(0, length).join('.') === b.slice(0, length).join('.');
}

function killedLine({ created }: HostedBackup): PlanLine {
  const when =
    created === undefined ? 'the backup' : created.slice(0, 19).replace('T', ' ') + ' UTC';
  return {
    severity: 'warning',
    code: 'dcos.tasksKilled',
    title: 'Tasks that were started after the backup are killed',
    detail: `Marathon does not know them any more. Its apps, pods and groups are again as they were at ${when}; what was changed since is lost.`,
    destructive: true,
  };
}

const NO_HISTORY: PlanLine = {
  severity: 'info',
  code: 'dcos.noHistory',
  title: 'The earlier versions of apps are not in a backup',
};
