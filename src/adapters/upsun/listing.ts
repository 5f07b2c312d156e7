import pLimit from 'p-limit';
import { isCancellation } from '../../core/errors';
import type { HostedBackup, HostedListing } from '../../core/model';
import type { RunContext } from '../../core/ports';
import type { UpsunApi } from './api';
import { backupRow, newestFirst, runningRow } from './backupRows';
import type { UpsunConnections } from './connection';
import { shownOf } from './environments';
import type { Environment, UpsunActivity, UpsunBackup } from './wire';

const RUNNING = ['pending', 'scheduled', 'in_progress'];
/** Without a number the list is a short one. */
const MOST = 100;
export const BACKUP = 'environment.backup';
export const RESTORE = 'environment.restore';

/** What the environments hold; one that could not be asked has its reason instead. */
export interface Holdings {
  environments: Environment[];
  /** By the id of the environment. */
  backups: ReadonlyMap<string, UpsunBackup[]>;
  failures: ReadonlyMap<string, Error>;
  warnings: string[];
}

/**
 * Asks all environments for their backups, a few at a time.
 *
 * @throws what the first one failed with where none at all could be asked
 */
export async function readHoldings(
  upsun: UpsunConnections,
  context: RunContext,
): Promise<Holdings> {
  const { signal } = context;
  const api = await upsun.api();
  const all = await api.environments(signal);
  const { shown, missing } = shownOf(all, upsun.connection.environments);
  const limit = pLimit(upsun.connection.parallel);
  const backups = new Map<string, UpsunBackup[]>();
  const failures = new Map<string, Error>();
  let done = 0;
  await Promise.all(
    shown.map(({ id }) =>
      limit(async () => {
        try {
          // Each its own: so many listeners on one signal look like a leak.
          backups.set(id, await api.backups(id, AbortSignal.any([signal])));
        } catch (error) {
          // What is still queued is not begun any more: it is aborted by the same signal.
          if (isCancellation(error)) throw error;
          failures.set(id, error instanceof Error ? error : new Error(String(error)));
        }
        done++;
        const phase = 'Asking the environments for their backups';
        context.progress({ phase, done, total: shown.length, unit: 'records' });
      }),
    ),
  );
  const [first] = failures.values();
  if (first !== undefined && failures.size === shown.length) throw first;
  const warnings = [
    ...missing.map((id) => `The project has no environment "${id}", which the entry names.`),
    ...[...failures].map(([id, { message }]) => `Backups of ${id} are missing here: ${message}`),
  ];
  return { environments: shown, backups, failures, warnings };
}

/** All backups of the environments that are shown, those that are being made or restored told as such. */
export async function listBackups(
  upsun: UpsunConnections,
  context: RunContext,
): Promise<HostedListing> {
  const api = await upsun.api();
  const [holdings, running] = await Promise.all([
    readHoldings(upsun, context),
    readRunning(api, context.signal),
  ]);
  const { environments, backups, warnings } = holdings;
  const activities = Array.isArray(running) ? running : [];
  const shown = new Set(environments.map(({ id }) => id));
  const rows = environments.flatMap((environment) =>
    (backups.get(environment.id) ?? []).map((backup) =>
      backupRow(backup, environment, restoreOf(activities, backup.id)),
    ),
  );
  const known = new Set(rows.map(({ id }) => id));
  const made = activities
    .filter(
      ({ type, environments: of }) => type === BACKUP && (of ?? []).some((id) => shown.has(id)),
    )
    .map((activity): HostedBackup => runningRow(activity))
    .filter(({ id }) => !known.has(id));
  return {
    backups: newestFirst([...made, ...rows]),
    warnings: [...warnings, ...(Array.isArray(running) ? [] : [running])],
  };
}

/** Backups and restores that are under way; else why that is not known. */
async function readRunning(api: UpsunApi, signal: AbortSignal): Promise<UpsunActivity[] | string> {
  try {
    const types = [BACKUP, RESTORE];
    const activities = await api.activities({ types, states: RUNNING, count: MOST }, signal);
    return activities.filter(({ state }) => RUNNING.includes(state));
  } catch (error) {
    if (isCancellation(error)) throw error;
    return `Backups under way are not shown: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function restoreOf(activities: readonly UpsunActivity[], id: string): UpsunActivity | undefined {
  return activities.find(({ type, payload }) => type === RESTORE && payload?.backup_name === id);
}
