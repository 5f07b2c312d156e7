import { coreErrors, isCancellation, isClusterBackupError } from '../../core/errors';
import type { RunContext } from '../../core/ports';
import { pauseFor } from '../retry';
import { followActivities } from './activities';
import type { UpsunApi } from './api';
import type { UpsunConnections } from './connection';
import { upsunErrors } from './errors';
import { isTold, sentence } from './words';
import type { Accepted, UpsunActivity } from './wire';

/** Something that the platform is to do. */
export interface Deed {
  /** For messages: "the backup of main". */
  what: string;
  /** For messages: "back up main". */
  purpose: string;
  method: 'POST' | 'DELETE';
  /** At our own address. */
  path: string;
  body?: unknown;
  /** Type of the activity that does it, to find it where the answer is lost or does not name it. */
  type: string;
  /** Whose list of activities it is in; the whole project's without it. */
  environment?: string;
  /** The environment that its activity names, to be told from others in that list. */
  about?: string;
}

/** After these the platform may have begun all the same. */
const LOST = /^(http\.(timeout|reset|cut|stalled)|upsun\.(apiFailed|notApi))$/;
/** An activity may show in the list a moment later. */
const LOOKS = 4;
const PAUSE = 500;
/** So many of the newest are known beforehand. */
const KNOWN = 20;

/**
 * Has the platform do something, asked for once, and follows it to its end. That it was taken (202) is no success: the
 * result of its activity is. Where the answer is lost, the activities tell whether it was taken.
 *
 * @returns the activities, ended with success
 * @throws `upsun.noActivity`, what `followActivities` throws, and what the API says where it refuses
 */
export async function carryOut(
  upsun: UpsunConnections,
  deed: Deed,
  context: RunContext,
): Promise<UpsunActivity[]> {
  const api = await upsun.api();
  const { signal } = context;
  const before = new Set((await newest(api, deed, signal)).map(({ id }) => id));
  context.progress({ phase: `Asking the platform to ${deed.purpose}` });
  let accepted: Accepted | undefined;
  let failure: unknown;
  try {
    accepted = await api.send(deed.method, deed.path, deed.body, deed.purpose, signal);
  } catch (error) {
    if (isCancellation(error)) throw mayGoOn(deed, error);
    if (!isClusterBackupError(error) || !LOST.test(error.code)) throw error;
    failure = error;
    context.log.warn(
      `The answer was lost; the activities tell whether it was taken: ${error.message}`,
    );
  }
  const told = accepted?._embedded?.activities ?? [];
  try {
    const begun = told.length > 0 ? told : await found(api, deed, before, failure, signal);
    return await followActivities(upsun, begun, deed.what, context);
  } catch (error) {
    if (isCancellation(error) && !isTold(error)) throw mayGoOn(deed, error);
    throw error;
  }
}

/** Finds the activity that an answer did not name: one of that type that was not there before. */
async function found(
  api: UpsunApi,
  deed: Deed,
  before: ReadonlySet<string>,
  failure: unknown,
  signal: AbortSignal,
): Promise<UpsunActivity[]> {
  for (let look = 1; ; look++) {
    let begun: UpsunActivity[] = [];
    try {
      begun = (await newest(api, deed, signal)).filter(
        ({ id, environments = [] }) =>
          !before.has(id) && (deed.about === undefined || environments.includes(deed.about)),
      );
    } catch (error) {
      if (isCancellation(error) || look === LOOKS) throw error;
    }
    const [newestOne] = begun;
    if (newestOne !== undefined) return [newestOne];
    if (look === LOOKS) break;
    await pauseFor(PAUSE, signal);
  }
  const why = failure instanceof Error ? ` ${failure.message}` : '';
  throw upsunErrors.noActivity({
    message: `${api.where} was asked to ${deed.purpose}, and no activity shows that it does.${why}`,
    cause: failure,
  });
}

function newest(api: UpsunApi, deed: Deed, signal: AbortSignal): Promise<UpsunActivity[]> {
  const { environment, type } = deed;
  const filter = {
    types: [type],
    count: KNOWN,
    ...(environment === undefined ? {} : { environment }),
  };
  return api.activities(filter, signal);
}

function mayGoOn({ what }: Deed, cause: unknown) {
  return coreErrors.cancelled({
    message: `Cancelled: ${sentence(what)} had just been asked for, and the platform may go on with it by itself.`,
    next: "Look at the environment's activities in the console, and at the list of the backups.",
    cause,
  });
}
