import {
  ClusterBackupError,
  coreErrors,
  isCancellation,
  isClusterBackupError,
} from '../../core/errors';
import type { RunContext } from '../../core/ports';
import { follow } from '../follow';
import type { DcosApi } from './api';
import { dcosErrors } from './errors';
import { allWordsOf, labelOf } from './hostedBackup';
import type { WireBackup } from './wire';

/** What may pass while Marathon, Admin Router or a master restarts. */
const PASSING =
  /^(http\.(unreachable|timeout|reset|cut|stalled)|dcos\.(failed|limited|notDcos|noService))$/;
/** A backup that was just begun may not be listed yet, and another master may answer once. */
const MISSING_LOOKS = 5;
/** After these nothing was begun. */
const ANSWERS_NO =
  /^dcos\.(refused|denied|badLogin|tokenExpired|openEdition|noService|limited|unknownBackup|badConnection)$|^http\.(unreachable|tls\w*|redirected|badCaFile)$/;

/** What is done on the platform's side, and how patiently it is followed. */
export interface Deed {
  api: DcosApi;
  /** Milliseconds for which nothing may change, nor be heard. */
  silence: number;
  context: RunContext;
  /** What the service does, for messages: `the backup foo`. */
  what: string;
  /** It was not asked for here: it is only waited until it is seen. */
  onlySeen?: boolean;
}

/** Whether a failure says that nothing was begun. */
export function saysNo(error: unknown): error is ClusterBackupError {
  return isClusterBackupError(error) && ANSWERS_NO.test(error.code);
}

/** Whether a failure may pass while the platform works. */
export function passes(error: unknown): boolean {
  return isClusterBackupError(error) && PASSING.test(error.code);
}

/** Milliseconds between two looks; where little patience is asked for it is looked at more often. */
export function pausesFor(silence: number): { first: number; longest: number } {
  return { first: Math.min(1000, silence / 50), longest: Math.min(15_000, silence / 10) };
}

/**
 * Looks at a backup until it is over, less and less often: through lost connections, errors of the router before it
 * and a token that runs out.
 *
 * @param silent what is thrown where nothing changes; `dcos.silent` when left out
 * @throws `dcos.vanished`, `dcos.silent`, `core.cancelled`, which says that the service goes on
 */
export async function followBackup(
  deed: Deed,
  id: string,
  isOver: (backup: WireBackup) => boolean,
  silent?: (last: WireBackup | undefined, trouble: unknown) => Error | undefined,
): Promise<WireBackup> {
  const { api, silence, context, what } = deed;
  let missing = 0;
  let known: WireBackup | undefined;
  const last = await follow<WireBackup | undefined>({
    look: async () => {
      const backup = await api.one(id, context.signal).catch((error: unknown) => {
        throw deed.onlySeen === true ? error : blinded(what, error);
      });
      missing = backup === undefined ? missing + 1 : 0;
      if (missing >= MISSING_LOOKS) throw vanished(deed, id);
      // One that is missing once has not changed: masters may take turns in answering.
      known = backup ?? known;
      return known;
    },
    isOver: (backup) => backup !== undefined && missing === 0 && isOver(backup),
    passes,
    pauses: pausesFor(silence),
    silence,
    told: ({ seen, trouble, elapsed }) => {
      if (trouble instanceof Error) {
        context.log.warn(`${capital(what)} could not be looked at: ${trouble.message}`);
      }
      context.progress({ phase: phaseOf(what, seen, trouble, elapsed) });
    },
    silent: ({ seen, trouble }) => silent?.(seen, trouble) ?? silentError(deed, seen, trouble),
    cancelled: (error) => (deed.onlySeen === true ? error : goesOn(what, error)),
    signal: context.signal,
  });
  // It was over, so it was seen.
  return last ?? Promise.reject(vanished(deed, id));
}

/** What is said of something that nobody follows any more. */
export function goesOn(what: string, cause: unknown): ClusterBackupError {
  return coreErrors.cancelled({
    message: `Cancelled: ${what} is not followed any more. The service can't be stopped and goes on with it, if it has begun.`,
    next: 'List the backups to see what became of it.',
    cause,
  });
}

/** A failure after which it can't be looked at any more, e.g. a token that ran out: the service goes on meanwhile. */
export function blinded(what: string, error: unknown): unknown {
  if (!isClusterBackupError(error) || isCancellation(error) || passes(error)) return error;
  const { code, category, message, next } = error;
  return new ClusterBackupError(
    {
      code,
      category,
      message: `${message} ${capital(what)} can't be followed any more; the service goes on with it, if it has begun.`,
      next: `${next} Then list the backups to see what became of it.`,
    },
    { cause: error },
  );
}

/** Time that has gone by, for a phase. */
export function spanOf(elapsed: number): string {
  const seconds = Math.floor(elapsed / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

function phaseOf(
  what: string,
  seen: WireBackup | undefined,
  trouble: unknown,
  elapsed: number,
): string {
  const span = spanOf(elapsed);
  if (trouble !== undefined) return `Waiting for DC/OS to answer again (${span})`;
  if (seen === undefined) return `DC/OS begins ${what} (${span})`;
  return `DC/OS is at ${what}: ${allWordsOf(seen)} (${span})`;
}

function vanished({ api, what }: Deed, id: string): Error {
  return dcosErrors.vanished({
    message: `${api.where} was at ${what} (${id}), and does not list it any more.`,
    next: `A backup lies on one master: behind a load balancer another one may answer. Name a single master in \`address\` and list the backups whose label is ${labelOf(id)}.`,
  });
}

function silentError({ api, what, silence }: Deed, last: WireBackup | undefined, cause: unknown) {
  const span = secondsOf(silence);
  const message =
    cause instanceof Error
      ? `Nothing was heard of ${what} for ${span}: ${cause.message}`
      : `${api.where} says of ${what} for ${span} nothing but ${last === undefined ? 'nothing' : allWordsOf(last)}.`;
  return dcosErrors.silent({ message, cause });
}

/** @param milliseconds as the entry has them, in seconds */
export function secondsOf(milliseconds: number): string {
  return milliseconds === 1000 ? '1 second' : `${milliseconds / 1000} seconds`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
