import { isCancellation, isClusterBackupError } from '../../core/errors';
import type { HostedBackup } from '../../core/model';
import type { BackupRequest, RunContext } from '../../core/ports';
import type { UcpApi } from './api';
import { ucpApiErrors } from './apiErrors';
import type { ApiBackup, ApiBackupRequest } from './apiWire';
import type { UcpConnections } from './connections';
import { ucpErrors } from './errors';
import { fetchable, hostedBackup, stateOf } from './hostedBackup';
import { followBackup, goesOn } from './hostedFollow';

/**
 * Has the product make a backup that stays on a manager, and follows it to its end.
 *
 * @throws `ucp.noFolder`, `ucp.busy`, `ucp.hostedFailed` with the product's own reason, `ucp.hostedSilent`, `ucp.api*`
 */
export async function createHosted(
  ucp: UcpConnections,
  api: UcpApi,
  request: BackupRequest & { label?: string | undefined },
  context: RunContext,
): Promise<HostedBackup> {
  const { apiFolder, timeouts } = ucp.connection;
  const { signal } = context;
  if (apiFolder === undefined) {
    throw ucpApiErrors.noFolder({
      message: `The entry of "${ucp.cluster.name}" names no \`apiFolder\`: the product has to be told where on the managers it may write its backups.`,
    });
  }
  context.progress({ phase: 'Asking the product for its backups' });
  const known = await api.list(signal);
  refuseBusy(api, known);
  const fileName = fileNameFor(
    ucp.cluster.name,
    context.clock.now(),
    request.label,
    known.map((backup) => backup.fileName),
  );
  const { why, ...locked } = lockOf(ucp, request);
  const note = why && `The file lies unencrypted on the manager's disk. ${why}.`;
  if (note !== undefined) context.log.warn(note);
  context.progress({ phase: `The product begins ${fileName}` });
  const sent: ApiBackupRequest = { fileName, hostPath: apiFolder, includeLogs: true, ...locked };
  const id = await begin(api, sent, context);
  const done = await followBackup(api, id, fileName, timeouts.silence * 1000, context);
  if (stateOf(done) === 'failed') {
    throw ucpApiErrors.hostedFailed({
      message: `The backup ${fileName} on ${done.nodeLocation || 'the manager'} failed: ${done.shortError.trim() || 'the product gives no reason'}.`,
    });
  }
  const reached = await ucp.engines
    .reach(signal, context.log, { anyMain: true })
    .catch((error: unknown) => {
      if (isCancellation(error)) throw error;
      return 'No engine of the entry was reached.';
    });
  const backup = hostedBackup(done, fetchable(done, reached));
  return note === undefined ? backup : { ...backup, facts: [...backup.facts, ['Note', note]] };
}

/** The product makes one at a time. */
function refuseBusy(api: UcpApi, known: readonly ApiBackup[], cause?: unknown): void {
  const running = known.find((backup) => stateOf(backup) === 'inProgress');
  if (running === undefined) return;
  const since = running.created === undefined ? '' : ` since ${running.created}`;
  throw ucpErrors.busy({
    message: `${api.where} is making the backup ${running.fileName || running.id}${since}, and makes one at a time.`,
    next: 'Wait until it is done: the list of the backups on the managers shows it.',
    cause,
  });
}

/** After these nothing was begun. */
const ANSWERS_NO = ['ucp.apiRefused', 'ucp.apiDenied', 'ucp.apiLogin', 'ucp.apiTooOld'];

/** Sends the request. Where no answer comes, the list tells whether it was taken. */
async function begin(api: UcpApi, request: ApiBackupRequest, context: RunContext): Promise<string> {
  const { signal } = context;
  const find = (list: readonly ApiBackup[]) =>
    list.find(({ fileName }) => fileName === request.fileName)?.id;
  let failure: Error | undefined;
  try {
    const id = await api.create(request, signal);
    if (id !== undefined) return id;
  } catch (error) {
    if (signal.aborted) throw goesOn(request.fileName, error);
    failure = error instanceof Error ? error : new Error(String(error));
  }
  const code = isClusterBackupError(failure) ? failure.code : '';
  if (failure !== undefined && ANSWERS_NO.includes(code)) throw failure;
  let now: ApiBackup[] = [];
  try {
    now = await api.list(signal);
  } catch (error) {
    if (isCancellation(error)) throw goesOn(request.fileName, error);
    if (failure === undefined) throw error;
  }
  const id = find(now);
  if (id !== undefined) return id;
  refuseBusy(api, now, failure);
  if (failure !== undefined) throw failure;
  throw ucpApiErrors.notUcp({
    message: `${api.where} took the request for the backup ${request.fileName} and does not list it.`,
  });
}

/** By what the product encrypts; where it does not, why. */
export function lockOf(
  { connection }: Pick<UcpConnections, 'connection'>,
  { encryption }: Pick<BackupRequest, 'encryption'>,
): Pick<ApiBackupRequest, 'passphrase' | 'noPassphrase'> & { why?: string } {
  if (connection.encryptedBy === 'product' && encryption?.kind === 'passphrase') {
    return { passphrase: encryption.passphrase };
  }
  const why =
    connection.encryptedBy === 'us'
      ? 'It never passes this program, so only the product can encrypt it'
      : 'The product encrypts by a passphrase only, and the entry has none';
  return { noPassphrase: true, why };
}

/**
 * A name that is not there already: the product overwrites a file of the same name without a word.
 *
 * @param taken names of the backups it knows
 */
export function fileNameFor(
  cluster: string,
  now: Date,
  label: string | undefined,
  taken: readonly string[],
): string {
  const time = now.toISOString().replace(/[-:]|\.\d+/g, '');
  const name = [cluster, time, ...(label ? [label] : [])].join('-');
  const used = new Set(taken.map((each) => each.toLowerCase()));
  for (let n = 1; ; n++) {
    const file = `${name}${n === 1 ? '' : `-${n}`}.tar`;
    if (!used.has(file.toLowerCase())) return file;
  }
}
