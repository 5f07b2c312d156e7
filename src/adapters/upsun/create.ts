import { coreErrors, isCancellation } from '../../core/errors';
import type { HostedBackup } from '../../core/model';
import type { BackupRequest, RunContext } from '../../core/ports';
import { pauseFor } from '../retry';
import { readyEnvironment } from './activate';
import type { UpsunApi } from './api';
import { carryOut } from './ask';
import { CONSISTENT } from './backupPlan';
import { backupRow } from './backupRows';
import type { UpsunConnections } from './connection';
import { environmentOf, offers } from './environments';
import { upsunErrors } from './errors';
import { BACKUP } from './listing';
import type { UpsunActivity, UpsunBackup } from './wire';

/** A backup that was just made may not be listed yet. Milliseconds. */
const LOOKS = 6;
const PAUSE = 500;

/**
 * Has the platform back up an environment, activated first where the person agreed to that, and follows it to its end.
 *
 * @throws `upsun.inactive`, `upsun.notOffered`, what `carryOut` throws
 */
export async function createUpsunBackup(
  upsun: UpsunConnections,
  request: BackupRequest & { label?: string | undefined },
  context: RunContext,
): Promise<HostedBackup> {
  const { signal, log } = context;
  const api = await upsun.api();
  const all = await api.environments(signal);
  const { id } = environmentOf(all, request.on, upsun.connection.environments);
  const environment = await readyEnvironment(upsun, id, request.answers, context);
  const href = environment._links['#backup'];
  if (href === undefined || !offers(environment, 'backup')) {
    throw upsunErrors.notOffered({
      message: `${api.where} does not offer to back up ${id}, though it is active and nothing runs on it: the role is missing.`,
    });
  }
  if (request.label !== undefined && request.label !== '') {
    log.warn(`The label "${request.label}" is left out: the platform keeps none.`);
  }
  const ended = await carryOut(
    upsun,
    {
      what: `the backup of ${id}`,
      purpose: `back up ${id}`,
      method: 'POST',
      path: api.path(href),
      body: { safe: request.mode === CONSISTENT },
      type: BACKUP,
      environment: id,
    },
    context,
  );
  const made = await readMade(api, id, ended, signal).catch((error: unknown) => {
    if (!isCancellation(error)) throw error;
    throw coreErrors.cancelled({
      message: `Cancelled when the backup of ${id} had just been made: it is there.`,
      next: 'Look at the list of the backups.',
      cause: error,
    });
  });
  return backupRow(made, environment);
}

/** The new backup: its activity names it. */
async function readMade(
  api: UpsunApi,
  environment: string,
  activities: readonly UpsunActivity[],
  signal: AbortSignal,
): Promise<UpsunBackup> {
  const [name] = activities.flatMap(({ payload }) => payload?.backup_name ?? []);
  const begun = activities.flatMap(({ created_at: at }) => at ?? []).sort()[0] ?? '';
  for (let look = 1; ; look++) {
    const made =
      name === undefined
        ? newestSince(await api.backups(environment, signal), begun)
        : await api.backup(environment, name, signal);
    if (made !== undefined) return made;
    if (look === LOOKS) break;
    await pauseFor(PAUSE, signal);
  }
  throw upsunErrors.unknownBackup({
    message: `${api.where} says that the backup of ${environment} succeeded, and does not list it${name === undefined ? '' : ` (${name})`}.`,
  });
}

/** Where the activity names none: the newest that was made by hand since. */
function newestSince(backups: readonly UpsunBackup[], since: string): UpsunBackup | undefined {
  const from = Date.parse(since) || 0;
  return backups
    .filter(({ automated }) => automated !== true)
    .map((backup) => ({ backup, at: Date.parse(backup.created_at ?? '') || 0 }))
    .filter(({ at }) => at >= from)
    .sort((a, b) => b.at - a.at)[0]?.backup;
}
