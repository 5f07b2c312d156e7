import { isCancellation } from '../../core/errors';
import type { PlanLine } from '../../core/plan';
import type { BackupPlan, BackupRequest, RunContext } from '../../core/ports';
import type { UpsunApi } from './api';
import type { UpsunConnections } from './connection';
import {
  described,
  environmentOf,
  isActive,
  isBusy,
  offers,
  readOffering,
  shownOf,
} from './environments';
import { stateLines } from './lines';
import { forecast, quotaLine } from './quota';
import type { Forecast } from './quota';
import type { Environment, Kept, UpsunBackup } from './wire';

export const CONSISTENT = 'consistent';

/**
 * What a backup would do: which environment, what stops, and which older backup goes for it.
 *
 * @throws `upsun.unknownEnvironment`, what the API says
 */
export async function planUpsunBackup(
  upsun: UpsunConnections,
  request: BackupRequest,
  context: RunContext,
): Promise<BackupPlan> {
  const { signal } = context;
  const api = await upsun.api();
  const kept = keptIn(api, signal);
  // Waited for later: until then its failure is not lost, only not told.
  kept.catch(() => undefined);
  const all = await api.environments(signal);
  const listed = environmentOf(all, request.on, upsun.connection.environments);
  const [environment, seen] = await Promise.all([
    settled(api, listed, signal),
    readForecast(api, listed, kept, signal),
  ]);
  const { shown } = shownOf(all, upsun.connection.environments);
  return {
    items: [
      ...stateLines(environment, request.answers, 'backed up'),
      modeLine(request.mode, environment),
      ...(typeof seen === 'string'
        ? [unreadLine(environment, seen)]
        : [quotaLine(seen, environment.id)]),
      {
        severity: 'info',
        code: 'upsun.staysThere',
        title: 'The backup stays on the platform, and can not be downloaded from there',
        detail: `It holds code and data of ${environment.id}. Without an expiry it is kept until it is deleted or another takes its place.`,
      },
    ],
    on: environment.id,
    candidates: shown.map((each) => ({ name: each.id, description: described(each) })),
  };
}

/** Read once more where the list does not offer what it should. */
async function settled(
  api: UpsunApi,
  environment: Environment,
  signal: AbortSignal,
): Promise<Environment> {
  if (!isActive(environment) || isBusy(environment) || offers(environment, 'backup')) {
    return environment;
  }
  return readOffering(api, environment.id, signal);
}

/** The settings; undefined where they can't be read, which is told as a limit that is not known. */
export async function keptIn(api: UpsunApi, signal: AbortSignal): Promise<Kept | undefined> {
  try {
    return await api.readKept(signal);
  } catch (error) {
    if (isCancellation(error)) throw error;
    return undefined;
  }
}

/** @returns why it is not known, where the backups can't be listed */
async function readForecast(
  api: UpsunApi,
  { id, type }: Environment,
  kept: Promise<Kept | undefined>,
  signal: AbortSignal,
): Promise<Forecast | string> {
  let backups: UpsunBackup[];
  try {
    backups = await api.backups(id, signal);
  } catch (error) {
    if (isCancellation(error)) throw error;
    return error instanceof Error ? error.message : String(error);
  }
  return forecast(backups, await kept, type);
}

function unreadLine({ id }: Environment, why: string): PlanLine {
  return {
    severity: 'warning',
    code: 'upsun.limitUnknown',
    title: `It is not known whether an older backup of ${id} goes for this one`,
    detail: `Its backups could not be listed: ${why}`,
  };
}

/** What the site sees of it. */
export function modeLine(mode: string, { id }: Pick<Environment, 'id'>): PlanLine {
  return mode === CONSISTENT
    ? {
        severity: 'warning',
        code: 'upsun.paused',
        title: `The site of ${id} is paused for 15 to 30 seconds`,
        detail: 'Requests are held meanwhile, none is lost. Mode "live" pauses nothing.',
      }
    : {
        severity: 'info',
        code: 'upsun.live',
        title: `Nothing of ${id} is paused`,
        detail:
          'What is written meanwhile may be in it by half, and services may not be of the same moment.',
      };
}
