import { posix } from 'node:path';
import type { HostedBackup } from '../../core/model';
import type { NodeEngine, ReachedEngines } from '../swarm/connections';
import type { ApiBackup } from './apiWire';

const STATES: Readonly<Record<string, HostedBackup['state']>> = {
  IN_PROGRESS: 'inProgress',
  SUCCESS: 'ready',
  FAILED: 'failed',
};

/** What the product's own word for a state means. */
export function stateOf({ state }: ApiBackup): HostedBackup['state'] {
  return STATES[state] ?? 'unknown';
}

/** A backup as the product's API tells it, in the words of all systems. */
export function hostedBackup(backup: ApiBackup, fetch: true | string): HostedBackup {
  const { fileName, logFileName, backupPath, nodeLocation, shortError, encrypted } = backup;
  const where = [nodeLocation, backupPath].filter((part) => part !== '').join(':');
  return {
    id: backup.id,
    name: fileName === '' ? backup.id : fileName,
    state: stateOf(backup),
    stateText: backup.state === '' ? 'not said' : backup.state,
    ...(backup.created === undefined ? {} : { created: backup.created }),
    ...(backup.completed === undefined ? {} : { finished: backup.completed }),
    ...(encrypted === undefined ? {} : { encrypted }),
    ...(where === '' ? {} : { where }),
    ...(shortError === '' ? {} : { error: shortError }),
    fetch,
    facts: logFileName === '' ? [] : [['Log', logFileName]],
  };
}

/** Newest first; those without a time, which no one started, last. */
export function newestFirst(backups: readonly ApiBackup[]): ApiBackup[] {
  return [...backups].sort((a, b) => (b.created ?? '').localeCompare(a.created ?? ''));
}

/** Where on a manager the file lies; undefined where the product does not say it in a way that can be followed. */
export function placeOf({
  backupPath,
  fileName,
}: ApiBackup): { folder: string; name: string } | undefined {
  const path = backupPath.replace(/(?<=.)\/+$/, '');
  const isPlain = posix.isAbsolute(path) && posix.normalize(path) === path && !path.includes('\0');
  const isName = fileName !== '' && !/[/\0]|^\.\.?$/.test(fileName);
  // What leads elsewhere is not what was asked for.
  if (!isPlain || !isName) return undefined;
  // It may name the file itself.
  const folder = posix.basename(path) === fileName ? posix.dirname(path) : path;
  return { folder, name: fileName };
}

/** The engine of the manager on which a backup lies: told by its host name, its id or its address. */
export function engineOf(
  { nodeLocation }: ApiBackup,
  { all }: ReachedEngines,
): NodeEngine | undefined {
  const wanted = nodeLocation.toLowerCase();
  return all.find(({ node, nodeId, info }) =>
    [node, info.Name, nodeId, info.Swarm?.NodeAddr].some((name) => name?.toLowerCase() === wanted),
  );
}

/** Whether a backup can be copied into the vault now; else why not. */
export function fetchable(backup: ApiBackup, reached: ReachedEngines | string): true | string {
  const state = stateOf(backup);
  if (state === 'inProgress') return 'It is not finished.';
  if (state === 'failed') return 'It failed: there is no whole file.';
  if (state !== 'ready') return `Its state is not known here: ${backup.state}.`;
  if (placeOf(backup) === undefined) return 'The product does not say where its file lies.';
  if (typeof reached === 'string') return reached;
  if (engineOf(backup, reached) !== undefined) return true;
  const { nodeLocation } = backup;
  const unreached = reached.unreached.find(({ node }) => node === nodeLocation);
  return unreached === undefined
    ? `The entry lists no engine of the manager ${nodeLocation === '' ? 'it lies on' : nodeLocation}.`
    : `The engine of ${nodeLocation} was not reached: ${unreached.reason}`;
}
