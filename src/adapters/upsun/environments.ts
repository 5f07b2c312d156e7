import { pauseFor } from '../retry';
import type { UpsunApi } from './api';
import { upsunErrors } from './errors';
import type { Environment } from './wire';

/** Milliseconds before an environment that does not offer a backup is read again. */
const REREAD_AFTER = 300;

/**
 * The environments that are shown: those that the entry names, or all.
 *
 * @returns `missing`: named in the entry and not there
 */
export function shownOf(
  all: readonly Environment[],
  named: readonly string[] | undefined,
): { shown: Environment[]; missing: string[] } {
  if (named === undefined) return { shown: [...all], missing: [] };
  const byId = new Map(all.map((environment) => [environment.id, environment]));
  const shown = named.flatMap((id) => byId.get(id) ?? []);
  return { shown, missing: named.filter((id) => !byId.has(id)) };
}

/** The one that is backed up when nothing is said: the default branch's, else production, else the first. */
export function defaultOf(
  shown: readonly Environment[],
  defaultBranch?: string,
): Environment | undefined {
  return (
    shown.find(({ id }) => id === defaultBranch) ??
    shown.find(({ is_main: isMain }) => isMain === true) ??
    shown.find(({ type }) => type === 'production') ??
    shown[0]
  );
}

/** @throws `upsun.unknownEnvironment` */
export function environmentOf(
  all: readonly Environment[],
  id: string | undefined,
  named?: readonly string[],
): Environment {
  const found = id === undefined ? defaultOf(shownOf(all, named).shown) : byName(all, id);
  if (found !== undefined) return found;
  const ids = all.map((environment) => environment.id).join(', ');
  throw upsunErrors.unknownEnvironment({
    message:
      id === undefined
        ? 'The project has no environment that could be backed up.'
        : `The project has no environment "${id}". It has: ${ids || 'none'}.`,
  });
}

function byName(all: readonly Environment[], id: string): Environment | undefined {
  return all.find((environment) => environment.id === id);
}

/** `dirty` is the platform's word for an active one on which an activity runs. */
export function isActive({ status }: Environment): boolean {
  return status === 'active' || status === 'dirty';
}

/** Something is being done to it: the platform offers no backup until that is over. */
export function isBusy({ status, is_dirty: isDirty }: Environment): boolean {
  return status === 'dirty' || isDirty === true;
}

/** What the platform offers to do with it now; a link that is missing may not be followed. */
export function offers(environment: Environment, operation: string): boolean {
  return environment._links[`#${operation}`] !== undefined;
}

/**
 * The environment as it is now, read again once where it offers no backup though nothing is in the way: the vendor's
 * own command line does the same, since what is offered follows a moment later.
 */
export async function readOffering(
  api: UpsunApi,
  id: string,
  signal: AbortSignal,
): Promise<Environment> {
  const first = await api.readEnvironment(id, signal);
  if (offers(first, 'backup') || !isActive(first) || isBusy(first)) return first;
  await pauseFor(REREAD_AFTER, signal);
  return api.readEnvironment(id, signal);
}

/** In a few words: "production, active". */
export function described({ type, status, title, id, name }: Environment): string {
  const called = title ?? name ?? id;
  const words = [
    ...(called.toLowerCase() === id.toLowerCase() ? [] : [called]),
    type ?? 'of unknown type',
    status ?? '',
  ];
  return words.filter((word) => word !== '').join(', ');
}
